/** What the next run would take, asked of the compute worker while settings change; and which models cannot be trained. */
import { serializeError } from '../../core/errors.ts';
import { store, update } from '../state/store.ts';
import type { DeviceState } from '../state/device.ts';
import { selectTrainModels } from '../state/train-models.ts';
import { selectTrainDraft, selectTrainModel, type TrainDraft } from '../state/train-selectors.ts';
import { startCompute } from './workers.ts';

/** Waits for the last of a run of changes, such as a number being typed. */
const ESTIMATE_AFTER_MS = 500;
/** Of an estimate, which is no run. */
const IDENTITY = { runId: 'estimate', name: '' };

/** Asks whether each model that is not known yet can be trained; its refusal is what the estimate fails with. */
async function askRefusals(draft: TrainDraft): Promise<void> {
  const { worker, report } = await startCompute();
  if (report.provider !== 'webgpu') return;
  for (const { key, source } of selectTrainModels(store.getState())) {
    if (key in store.getState().train.refusals) continue;
    let refusal: string | null = null;
    try {
      await worker.estimateTraining({ ...IDENTITY, ...draft, model: source });
    } catch (error) {
      const { code, message } = serializeError(error);
      if (code === 'train/not-trainable') refusal = message;
      // Anything else says nothing about the model; the estimate with it chosen will say what.
    }
    update('train', (train) => ({ ...train, refusals: { ...train.refusals, [key]: refusal } }));
  }
}

async function makeEstimate(draft: TrainDraft, isLatest: () => boolean): Promise<void> {
  try {
    const { worker, report } = await startCompute();
    if (report.provider !== 'webgpu') {
      update('train', (train) => ({ ...train, estimate: { ...train.estimate, isUpdating: false } }));
      return;
    }
    const estimate = await worker.estimateTraining({ ...IDENTITY, ...draft });
    if (!isLatest()) return;
    update('train', (train) => ({ ...train, estimate: { estimate, error: undefined, isUpdating: false } }));
  } catch (error) {
    if (!isLatest()) return;
    const failed = { estimate: undefined, error: serializeError(error), isUpdating: false };
    update('train', (train) => ({ ...train, estimate: failed }));
  }
}

/** Keeps the estimate true to the settings until the returned function is called; a new worker is asked again. */
export function watchEstimate(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let serial = 0;
  let seen: TrainDraft | undefined;
  let asked: DeviceState | undefined;
  function follow(): void {
    const state = store.getState();
    const draft = selectTrainDraft(state);
    const isNewDevice = state.device.status === 'ready' && state.device !== asked;
    if (draft === seen && !isNewDevice) return;
    seen = draft;
    if (isNewDevice) asked = state.device;
    clearTimeout(timer);
    serial++;
    if (draft === undefined) {
      update('train', (train) => ({
        ...train,
        estimate: { estimate: undefined, error: undefined, isUpdating: false },
      }));
      return;
    }
    const own = serial;
    update('train', (train) => ({ ...train, estimate: { ...train.estimate, isUpdating: true } }));
    timer = setTimeout(() => {
      const chosen = selectTrainModel(store.getState())?.refusal;
      if (chosen === undefined) void makeEstimate(draft, () => serial === own);
      askRefusals(draft).catch(() => undefined);
    }, ESTIMATE_AFTER_MS);
  }
  follow();
  const stop = store.subscribe(follow);
  return () => {
    stop();
    clearTimeout(timer);
    serial++;
  };
}
