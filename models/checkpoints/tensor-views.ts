/** Views of a checkpoint under other names, with other shapes, or laid over another: nothing is read until it is asked for. */
import { WorkbenchError } from '../../core/errors.ts';
import type { TensorInfo, TensorSource } from '../../core/formats/tensor-source.ts';

type Values = Float32Array<ArrayBuffer>;

/** A tensor of a view: where it comes from, and what is done to it. */
export interface TensorView {
  readonly name: string;
  /** Its name in the source. */
  readonly from: string;
  /** Its shape, when that is not the source's. */
  readonly shape?: readonly number[];
  /** Makes its values of the source's, which it may change. Absent: they are the same. */
  readonly convert?: (values: Values) => Values;
}

/** The error of a tensor that a source does not have. */
function missing(name: string): WorkbenchError {
  return new WorkbenchError('checkpoint/missing-tensor', `The checkpoint lacks the tensor "${name}".`, {
    context: { tensor: name },
  });
}

/** The shape of a tensor. Errors: `checkpoint/missing-tensor`; `checkpoint/shape-mismatch` unless it has `rank` axes. */
export function requireShape(source: TensorSource, name: string, rank: number): readonly number[] {
  const shape = source.tensors.get(name)?.shape;
  if (shape === undefined) throw missing(name);
  if (shape.length !== rank) throw unfitting(name, shape, `${rank} axes`);
  return shape;
}

/** The error of a tensor whose shape is not what it must be. */
export function unfitting(name: string, shape: readonly number[], needed: string): WorkbenchError {
  return new WorkbenchError(
    'checkpoint/shape-mismatch',
    `The tensor "${name}" is [${shape.join(',')}]; it needs ${needed}.`,
    { context: { tensor: name, shape } },
  );
}

/** The tensors of `views` out of `source`, and only those. Errors: `checkpoint/missing-tensor` when one is not in it. */
export function viewTensors(source: TensorSource, views: readonly TensorView[]): TensorSource {
  const byName = new Map(views.map((view) => [view.name, view]));
  const tensors = new Map<string, TensorInfo>();
  for (const { name, from, shape } of views) {
    const info = source.tensors.get(from);
    if (info === undefined) throw missing(from);
    tensors.set(name, { name, dtype: info.dtype, shape: shape ?? info.shape });
  }
  return {
    tensors,
    metadata: source.metadata,
    sizeBytes: source.sizeBytes,
    async read(name) {
      const view = byName.get(name);
      if (view === undefined) throw missing(name);
      const values = await source.read(view.from);
      return view.convert === undefined ? values : view.convert(values);
    },
  };
}

/** All tensors of both; where both have a name, that of `over`. */
export function overlayTensors(base: TensorSource, over: TensorSource): TensorSource {
  return {
    tensors: new Map([...base.tensors, ...over.tensors]),
    metadata: new Map([...base.metadata, ...over.metadata]),
    sizeBytes: base.sizeBytes + over.sizeBytes,
    read: (name) => (over.tensors.has(name) ? over : base).read(name),
  };
}
