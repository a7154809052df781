/** Encoders that models share, as they are opened again. */
import { describe, expect, it } from 'vitest';

import { writeSafetensors } from '../../core/formats/safetensors.ts';
import { ENCODER_DATA, ENCODER_TENSORS } from '../../models/convert/kept-encoder.ts';
import { openEncoder } from './encoders.ts';
import { MANIFEST_FORMAT } from './model-manifest.ts';
import { configuration, createCaches, makeSamed } from './testing.ts';

describe('a kept encoder', () => {
  it.each(['f32', 'f16'] as const)('is opened as it was kept, in %s', async (precision) => {
    const caches = createCaches();
    await makeSamed(caches, 'a', precision);
    const [kept] = await caches.encoders.list();
    const encoder = await openEncoder(caches, { kind: 'kept', id: kept?.id ?? '' });
    expect(encoder).toMatchObject({ key: kept?.id, precision });
  });

  it('is refused when its matrices take other bytes than they would now', async () => {
    const caches = createCaches();
    await caches.encoders.write('old', async (create) => {
      const data = await create(ENCODER_DATA);
      await data.write(new Uint8Array(4096));
      await data.close();
      const small = await create(ENCODER_TENSORS);
      await small.write(writeSafetensors(new Map()));
      await small.close();
      return { format: MANIFEST_FORMAT, configuration, precision: 'f16' };
    });
    await expect(openEncoder(caches, { kind: 'kept', id: 'old' })).rejects.toThrow(
      expect.objectContaining({
        code: 'model/not-loaded',
        message: expect.stringContaining('not kept as this version'),
      }),
    );
  });
});
