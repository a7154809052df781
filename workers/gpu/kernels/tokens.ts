/** Kernels of the operations on tokens and of their gradients: a join of those of products, attention and layer norm. */
import type { TokenGradients } from '../../../models/graph/gradient-ops/tokens.ts';
import type { TokenOperations } from '../../../models/graph/ops.ts';
import { attentionKernelRules } from './attention.ts';
import { gridAttentionKernelRules } from './grid-attention.ts';
import type { KernelRule } from './kernel.ts';
import { layerNormKernelRules } from './layer-norm.ts';
import { productKernelRules } from './products.ts';

export const tokenKernelRules: {
  readonly [K in keyof (TokenOperations & TokenGradients)]: KernelRule<K>;
} = {
  ...productKernelRules,
  ...attentionKernelRules,
  ...gridAttentionKernelRules,
  ...layerNormKernelRules,
};
