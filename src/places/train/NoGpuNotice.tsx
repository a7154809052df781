/** Says that nothing can be trained without WebGPU, why there is none here, and what to do. */
import { useStore } from '../../state/store.ts';
import { ERROR_CATALOGUE } from '../../ui/error-catalogue.ts';
import { Notice } from '../../ui/Notice.tsx';

/** Nothing where there is WebGPU, and while it is not known. */
export function NoGpuNotice() {
  const device = useStore((state) => state.device);
  if (device.status !== 'ready' || device.report.provider === 'webgpu') return null;
  const { title, hint } = ERROR_CATALOGUE['train/no-gpu'];
  return (
    <Notice tone="warn" title={title}>
      {device.report.reason} {hint} Settings and runs of earlier visits can be read. <code>train/no-gpu</code>
    </Notice>
  );
}
