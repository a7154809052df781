/** The page of the inference benchmark: gives its worker to whoever drives the page. */
import { wrap } from 'comlink';
import type { InferenceBench } from './contract.ts';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
Object.assign(globalThis, { inferenceBench: wrap<InferenceBench>(worker) });
