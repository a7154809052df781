/** Where a centre crop lies, at every size and under both presets. */
import { describe, expect, it } from 'vitest';
import { centreCrop, cropAxis } from './crop.ts';

describe('centre crop', () => {
  it('takes the middle of a longer axis, the same under both presets', () => {
    expect(centreCrop(664, 512, 512, 'corrected')).toEqual({ top: 76, left: 0, height: 512, width: 512 });
    expect(centreCrop(664, 512, 512, 'published')).toEqual({ top: 76, left: 0, height: 512, width: 512 });
  });

  it('keeps a short axis whole when corrected, and wraps around as published', () => {
    expect(cropAxis(200, 512, 'corrected')).toEqual({ start: 0, length: 200 });
    expect(cropAxis(200, 512, 'published')).toEqual({ start: 44, length: 156 });
    expect(cropAxis(511, 512, 'published')).toEqual({ start: 510, length: 1 });
  });

  it('keeps the whole image without a crop', () => {
    expect(centreCrop(30, 40, null, 'published')).toEqual({ top: 0, left: 0, height: 30, width: 40 });
  });

  it('stays inside the image for every size and crop', () => {
    for (let length = 1; length < 70; length++) {
      for (let crop = 1; crop < 70; crop++) {
        const { start, length: kept } = cropAxis(length, crop, 'corrected');
        expect(kept).toBe(Math.min(length, crop));
        expect(start >= 0 && start + kept <= length).toBe(true);
      }
    }
  });
});
