/** A model that the command line exported, dropped on the page: the same networks, and clear words about what is missing. */
import { expect, it } from 'vitest';
import { writeSafetensors } from '../../core/formats/safetensors.ts';
import { openBlob } from '../../core/formats/byte-source.ts';
import { openTensorSource } from '../../core/formats/tensor-source.ts';
import { recogniseCheckpoint } from '../../models/checkpoints/recognise.ts';
import { planConversion } from '../../models/convert/plan.ts';
import { writeConversion } from '../../models/convert/write.ts';
import { createMemoryFolder } from '../../models/testing/memory-folder.ts';
import { filesOfRecord, parseRecord } from './exported-record.ts';
import { makeModel } from './make-model.ts';
import { openModel } from './open-model.ts';
import { createCaches, SAM_TENSORS, savedTensors } from './testing.ts';

const live = () => new AbortController().signal;

/** What models:export writes: its files and its record. */
async function exportSamed(): Promise<{ files: File[]; record: File }> {
  const open = async (name: string, bytes: Uint8Array<ArrayBuffer>) => {
    const source = await openTensorSource(openBlob(new Blob([bytes])), name);
    return { name, source, recognised: recogniseCheckpoint(source) };
  };
  const heads = { heads: '2' };
  const checkpoints = [
    await open('sam.safetensors', writeSafetensors(SAM_TENSORS, heads)),
    await open('samed.safetensors', writeSafetensors(savedTensors('cli'), heads)),
  ];
  const plan = planConversion(checkpoints, { precision: 'f32', side: null });
  const folder = createMemoryFolder();
  const converted = await writeConversion(plan, folder.create, live(), () => undefined);
  const sources = checkpoints.map(({ name }) => ({ name, sizeBytes: 1, sha256: 'a', words: name }));
  const record = { model: 'samed-custom', ...converted, sources, unused: plan.unused };
  return {
    files: folder.names().map((name) => new File([folder.read(name)], name)),
    record: new File([JSON.stringify(record)], 'model.json'),
  };
}

it('is kept as it was exported, and refused when a file is missing', async () => {
  const caches = createCaches();
  const { files, record } = await exportSamed();
  const make = (given: readonly File[]) =>
    makeModel(caches, { kind: 'exported', record, files: given }, live(), () => undefined);
  const id = await make(files);
  const { stages, facts, role } = await openModel(caches, { kind: 'made', id });
  expect(role).toBe('segmenter');
  expect(facts).toMatchObject({ source: 'dropped', precision: 'f32' });
  expect(facts.sources.map(({ name }) => name)).toEqual(['sam.safetensors', 'samed.safetensors']);
  const graphs = ['encoder.onnx', 'decoder.onnx'].map((name) => files.find((file) => file.name === name));
  for (const [index, file] of graphs.entries()) {
    expect(stages[index]?.graph).toEqual(new Uint8Array((await file?.arrayBuffer()) ?? new ArrayBuffer()));
  }
  expect(Object.keys(stages[0]?.constants ?? {})).toEqual(['lora_a', 'lora_b']);

  const names = filesOfRecord(parseRecord(await record.text()));
  expect(names.toSorted()).toEqual(files.map(({ name }) => name).toSorted());
  await expect(make(files.filter(({ name }) => name !== 'decoder.onnx'))).rejects.toThrow(
    "names 'decoder.onnx', which is not there",
  );
});

it.each([
  ['no JSON', '{'],
  ['another JSON', '[]'],
  ['graphs of nothing', '{"graphs": []}'],
])('refuses a record that is %s', (_, text) => {
  expect(() => parseRecord(text)).toThrow(expect.objectContaining({ code: 'model/not-convertible' }));
});
