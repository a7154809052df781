/** Kernels of the operations on maps and of their gradients. */
import type { MapGradients } from '../../../models/graph/gradient-ops/maps.ts';
import type { MapOperations } from '../../../models/graph/ops.ts';
import { convolutionKernelRules } from './conv2d.ts';
import type { KernelRule } from './kernel.ts';
import { normKernelRules } from './map-norm.ts';
import { planeKernelRules } from './pool.ts';

export const mapKernelRules: {
  readonly [K in Exclude<keyof (MapOperations & MapGradients), 'batchNorm'>]: KernelRule<K>;
} = { ...convolutionKernelRules, ...planeKernelRules, ...normKernelRules };
