/** Checkpoints from the drop to the model, over a compute worker that answers when the test says so. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RecognisedCheckpoint } from '../../models/checkpoints/recognised.ts';
import type { ComputeWorker, ConversionOutline, MakeModelSpec } from '../../workers/api/compute.ts';
import { initialModels } from '../state/models.ts';
import { isMade } from '../state/models-checkpoints.ts';
import { store, update } from '../state/store.ts';
import { modelReport } from '../testing/model-report.ts';
import { addCheckpoint, addModelFiles, changeSettings, chooseBase, convertCheckpoint } from './models-add.ts';
import { deleteModel } from './models.ts';

const worker = vi.hoisted((): Partial<ComputeWorker> => ({}));
vi.mock('./workers.ts', () => ({
  startCompute: () => Promise.resolve({ worker }),
  computeService: { onRestart: () => undefined },
}));

const sam = {
  family: 'sam',
  variant: 'custom',
  names: 'meta',
  configuration: {
    side: 1024,
    patchSize: 16,
    dim: 768,
    depth: 12,
    heads: 12,
    mlpDim: 3072,
    windowSize: 14,
    globalBlocks: [2, 5, 8, 11],
    embeddingDim: 256,
    maskTokens: 4,
  },
  rank: null,
  words: 'SAM',
  sizeBytes: 1,
  prefix: '',
} as const satisfies RecognisedCheckpoint;
const adapters = {
  family: 'samed-lora',
  variant: 'ViT-B',
  rank: 4,
  dim: 768,
  depth: 12,
  classes: 2,
  adaptsDecoder: false,
  words: 'SAMed LoRA',
  sizeBytes: 1,
  prefix: '',
} as const satisfies RecognisedCheckpoint;

const embedded = modelReport();

const outlineOf = (words: string): ConversionOutline => ({
  words,
  role: 'segmenter',
  sizeBytes: 1,
  unused: [],
});
const cards = () => store.getState().models.checkpoints;
function cardOf(name: string) {
  const card = cards().find((one) => one.name === name);
  if (card === undefined) throw new Error(`no card of ${name}`);
  return card;
}
const drop = (name: string) => addCheckpoint(new File([name], name));
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

beforeEach(() => {
  worker.examine = ({ name }) =>
    Promise.resolve({ kind: 'checkpoint', recognised: name.startsWith('sam') ? sam : adapters });
  worker.outline = (files) => Promise.resolve(outlineOf(files.map(({ name }) => name).join(' + ')));
});
afterEach(() => update('models', () => initialModels));

it('keeps the answer for the SAM that was chosen last, in whatever order answers come', async () => {
  await drop('sam-1.pth');
  await drop('sam-22.pth');
  await drop('epoch_9.pth');
  await settled();
  const answers = new Map<string, () => void>();
  worker.outline = ([base]) =>
    new Promise((resolve) => {
      answers.set(base?.name ?? '', () => resolve(outlineOf(`on ${base?.name ?? ''}`)));
    });
  const { key } = cardOf('epoch_9.pth');
  chooseBase(key, cardOf('sam-1.pth').key);
  await settled();
  chooseBase(key, cardOf('sam-22.pth').key);
  await settled();
  answers.get('sam-22.pth')?.();
  await settled();
  answers.get('sam-1.pth')?.();
  await settled();
  expect(cardOf('epoch_9.pth').outline).toMatchObject({
    status: 'done',
    outline: { words: 'on sam-22.pth' },
  });
});

it('makes a second model of the same words', async () => {
  worker.outline = () => Promise.resolve(outlineOf('SAMed of the same sizes'));
  worker.madeModels = () => Promise.resolve(made);
  const made = [
    { id: 'first', name: 'SAMed of the same sizes', role: 'segmenter', trainsAs: 'samed', sizeBytes: 1 },
  ] as const;
  await drop('sam.pth');
  await drop('epoch_9.pth');
  await drop('epoch_19.pth');
  const isMadeNow = (name: string) => isMade(cards(), cardOf(name), store.getState().models.made);
  update('models', (models) => ({ ...models, made }));
  expect(isMadeNow('epoch_9.pth')).toBe(false);
  worker.makeModel = () => Promise.resolve('first');
  // Loading fails: the model was made all the same.
  worker.load = (source) =>
    source.kind === 'embedded' ? Promise.resolve(embedded) : Promise.reject(new Error('damaged'));
  await convertCheckpoint(cardOf('epoch_9.pth').key);
  expect(isMadeNow('epoch_9.pth')).toBe(true);
  expect(isMadeNow('epoch_19.pth')).toBe(false);
  changeSettings(cardOf('epoch_9.pth').key, { side: 224 });
  expect(isMadeNow('epoch_9.pth')).toBe(false);
});

it('takes the files beside a model.json as one exported model, and others as what they are', async () => {
  const found = (path: string) => ({ path, file: new File(['x'], path.split('/').at(-1) ?? '') });
  const specs: MakeModelSpec[] = [];
  worker.madeModels = () => Promise.resolve([]);
  worker.load = () => Promise.resolve(embedded);
  worker.makeModel = (spec) => {
    specs.push(spec);
    return Promise.reject(new Error('enough'));
  };
  await addModelFiles(
    ['out/model.json', 'out/encoder.onnx', 'out/encoder.onnx.data', 'other/sam.pth'].map(found),
  );
  expect(specs).toHaveLength(1);
  const [spec] = specs;
  expect(spec).toMatchObject({ kind: 'exported' });
  expect(spec?.kind === 'exported' && spec.files.map(({ name }) => name)).toEqual([
    'encoder.onnx',
    'encoder.onnx.data',
  ]);
  expect(cardOf('sam.pth').name).toBe('sam.pth');
});

it('tells of a model that could not be deleted', async () => {
  worker.deleteModel = () => Promise.reject(new DOMException('in use', 'NoModificationAllowedError'));
  await deleteModel('some');
  expect(store.getState().models.rejected).toMatchObject([{ error: { message: 'in use' } }]);
});
