/** Entry of the analysis worker: searches and statistics on the CPU. */
import { runEvaluation } from './analysis/run-evaluation.ts';
import { runSearch } from './analysis/run-search.ts';
import type { AnalysisWorker } from './api/analysis.ts';
import { readFeatures } from './infer/feature-cache.ts';
import { exposeWorker } from './rpc/expose.ts';

const api: AnalysisWorker = {
  search: (spec, signal, report) => runSearch(spec, readFeatures, signal, report),
  summarize: runEvaluation,
};

exposeWorker(api);
