/** What the worker of the inference benchmark does for whoever drives its page. Types only. */

import type { Provider } from '../../workers/api/compute.ts';

/** Times of getting a model ready, and how it will run. */
export interface OpenedBenchModel {
  readonly makeSeconds: number;
  readonly loadSeconds: number;
  readonly batchSize: number;
  readonly threadCount: number;
}

export interface InferenceBench {
  /** Starts onnxruntime, once. What it runs on: the adapter's name, or `cpu`. */
  start(provider: Provider): Promise<string>;
  /** Makes and loads a model of checkpoint files of this page's host. */
  open(model: string, names: readonly string[], side: number | null): Promise<OpenedBenchModel>;
  /** Our path: pulled batches, the network, and masks compared and kept, or features kept. */
  runOurs(model: string, count: number): Promise<void>;
  /** The same files in a bare loop of onnxruntime-web. */
  runBare(model: string, count: number): Promise<void>;
}
