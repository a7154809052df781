/** What of the training slice survives a reload among the preferences; runs lie in the compute worker's private files. */
import type { GpuCheck } from '../../workers/api/train.ts';
import { definePersisted } from './persist.ts';
import { checkedChanges } from './train-choices.ts';

function isGpuCheck(value: unknown): value is GpuCheck {
  if (typeof value !== 'object' || value === null) return false;
  const { adapter, checkedAt, kernels, gradients } = value as Record<string, unknown>;
  return (
    typeof adapter === 'string' &&
    typeof checkedAt === 'string' &&
    Array.isArray(kernels) &&
    Array.isArray(gradients)
  );
}

export const persistedTrain = definePersisted({
  slice: 'train',
  version: 1,
  save: ({ changes, shownRunId, gpuCheck }) => ({ changes, shownRunId, gpuCheck }),
  load: (state, saved) => {
    const { changes, shownRunId, gpuCheck } = (
      typeof saved === 'object' && saved !== null ? saved : {}
    ) as Record<string, unknown>;
    return {
      ...state,
      changes: checkedChanges(changes),
      // Whether this run still exists is seen when the runs have been read.
      shownRunId: typeof shownRunId === 'string' ? shownRunId : null,
      gpuCheck: isGpuCheck(gpuCheck) ? gpuCheck : null,
    };
  },
  migrations: {},
});
