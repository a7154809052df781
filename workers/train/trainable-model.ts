/** What training needs of a model: its sizes and its weights, one tensor at a time, by the published names. */
import type { TransUnetConfiguration } from '../../models/checkpoints/recognised.ts';
import type { SamedConfiguration } from '../../models/zoo/samed-configuration.ts';

/** The sizes of a network at its side. */
export type NetworkSizes =
  /** Rank 0: without adapters, which training then adds. */
  | { readonly kind: 'samed'; readonly configuration: SamedConfiguration }
  | { readonly kind: 'transunet'; readonly configuration: TransUnetConfiguration; readonly heads: number };

export interface TrainableModel {
  readonly sizes: NetworkSizes;
  /** Of its weights: other weights, another hash. */
  readonly hash: string;
  /** Everything that `read` gives, with its shape. What a SAM lacks of a SAMed is drawn anew; see `initial-values.ts`. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Row-major values of one tensor, the caller's own. Errors: `checkpoint/missing-tensor`, those of the file. */
  read(name: string): Promise<Float32Array<ArrayBuffer>>;
}
