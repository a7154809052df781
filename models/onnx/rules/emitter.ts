/** What a lowering rule writes to. */
import type { NodeOf } from '../../graph/graph.ts';
import type { OpKind } from '../../graph/ops.ts';
import type { Shape } from '../../graph/shape.ts';

/** A plain number is an integer attribute; a real one says so, for ONNX tells them apart. */
export type Attribute = number | { readonly float: number } | string | readonly number[];

/** Collects the nodes and constants of the file. Rules know no element type: how weights are stored is decided afterwards. */
export interface Emitter {
  /**
   * Adds an operator, with its operator set before a dot where it is not the standard one (`com.microsoft.Gelu`).
   * An empty input name is an absent optional input; `output` is the result, or all results in order.
   */
  emit(
    operator: string,
    inputs: readonly string[],
    output: string | readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
  ): void;
  /** Adds a constant and returns its name. */
  floatConstant(name: string, value: number): string;
  floatsConstant(name: string, values: readonly number[]): string;
  intsConstant(name: string, values: readonly number[]): string;
  /** True for weights, which the file may hold in another form than the graph's. */
  isParameter(name: string): boolean;
  /**
   * A weight in another form, computed once when the file is written, and its name there. `form` says what it is
   * (`transposed`): the same form of the same weight is stored once. `transform` gets the weight's values, row-major,
   * must leave them as they are and returns those of `shape`. `restore` is its inverse, where it has one.
   */
  derive(
    parameter: string,
    form: string,
    shape: readonly number[],
    transform: (values: Float32Array) => Float32Array,
    restore?: (values: Float32Array) => Float32Array<ArrayBuffer>,
  ): string;
}

export type OnnxRule<K extends OpKind> = (
  emitter: Emitter,
  node: NodeOf<K>,
  inputShapes: readonly Shape[],
) => void;
