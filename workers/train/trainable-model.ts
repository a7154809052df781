/** What training needs of a model: its sizes and its weights, one tensor at a time, by SAM's and SAMed's names. */
import type { SamedConfiguration } from '../../models/zoo/samed-configuration.ts';

export interface TrainableModel {
  /** Of the network at its side. Rank 0: without adapters, which training then adds. */
  readonly configuration: SamedConfiguration;
  /** Everything that `read` gives, with its shape. What a SAM lacks of a SAMed is drawn anew; see `initial-values.ts`. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Row-major values of one tensor, the caller's own. Errors: `checkpoint/missing-tensor`, those of the file. */
  read(name: string): Promise<Float32Array<ArrayBuffer>>;
}
