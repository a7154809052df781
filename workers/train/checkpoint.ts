/** A checkpoint as bytes: everything that a run changes, as a safetensors file, exact to the bit. */
import { openBlob } from '../../core/formats/byte-source.ts';
import { openSafetensors, writeSafetensors } from '../../core/formats/safetensors.ts';
import type { NamedTensors } from '../../core/formats/tensor-source.ts';
import type { EngineState, NamedArrays } from './engine.ts';

/** Where a run stands. The order of images, augmentations and first values follow from its seed and the step. */
export interface Checkpoint {
  /** Of the settings and samples that it was made with: another run cannot go on from it. */
  readonly fingerprint: string;
  readonly state: EngineState;
}

const VALUE = 'value.';
const MOMENT = 'moment.';

function tensorsOf(prefix: string, arrays: Iterable<readonly [string, Float32Array]>): NamedTensors {
  return new Map(Array.from(arrays, ([name, data]) => [prefix + name, { shape: [data.length], data }]));
}

/** The bytes of a checkpoint. Cost: one copy of the state. */
export function encodeCheckpoint({ fingerprint, state }: Checkpoint): Uint8Array<ArrayBuffer> {
  const moments = state.moments.map((data, index) => [String(index), data] as const);
  const tensors = new Map([...tensorsOf(VALUE, state.values), ...tensorsOf(MOMENT, moments)]);
  return writeSafetensors(tensors, { fingerprint, step: String(state.step) });
}

/** The inverse of `encodeCheckpoint`. Errors: `safetensors/damaged`. */
export async function decodeCheckpoint(bytes: Blob): Promise<Checkpoint> {
  const source = await openSafetensors(openBlob(bytes));
  const values = new Map<string, Float32Array<ArrayBuffer>>();
  const moments: Float32Array<ArrayBuffer>[] = [];
  for (const name of source.tensors.keys()) {
    const data = await source.read(name);
    if (name.startsWith(VALUE)) values.set(name.slice(VALUE.length), data);
    else moments[Number(name.slice(MOMENT.length))] = data;
  }
  return {
    fingerprint: String(source.metadata.get('fingerprint')),
    state: { step: Number(source.metadata.get('step')), values, moments },
  };
}

/** Weights by name at a step. */
export interface KeptWeights {
  readonly step: number;
  readonly values: NamedArrays;
}

/** The bytes of weights without the optimiser's memory. */
export function encodeWeights({ step, values }: KeptWeights): Uint8Array<ArrayBuffer> {
  return encodeCheckpoint({ fingerprint: '', state: { step, values, moments: [] } });
}

/** The weights of `encodeWeights` or of a whole checkpoint. Errors: `safetensors/damaged`. */
export async function decodeWeights(bytes: Blob): Promise<KeptWeights> {
  const { state } = await decodeCheckpoint(bytes);
  return { step: state.step, values: state.values };
}
