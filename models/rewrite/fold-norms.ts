/** What is done to every network before it is exported for inference: norms with known statistics go into the weights. */
import type { Model } from '../graph/graph.ts';
import type { StreamedModel } from '../graph/params.ts';
import { rewriteModel, rewriteStreamedModel } from './derived-weights.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import { foldWeightStandardize } from './fold-weight-standardize.ts';

// Standardised weights become parameters first, so that a batch norm after them can be folded too.
const FOLDS = [foldWeightStandardize, foldBatchNorm];

/** The model with its norms folded. Cost: one copy of the weights that change. Errors: as `rewriteModel`. */
export function foldNorms(model: Model): Model {
  return FOLDS.reduce(rewriteModel, model);
}

/** The model with its norms folded as its weights are read. Errors: as `rewriteStreamedModel`. */
export function foldStreamedNorms(model: StreamedModel): StreamedModel {
  return FOLDS.reduce(rewriteStreamedModel, model);
}
