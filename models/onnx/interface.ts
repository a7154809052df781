/**
 * Decides whether a network can serve as a segmenter or as a feature extractor, from what its file says and then from
 * what it returns. Everything that had to be assumed is said in a sentence.
 */
import { WorkbenchError } from '../../core/errors.ts';
import { CLASS_COUNT } from '../../core/segmentation/classes.ts';
import type { OnnxSummary, OnnxValue } from './inspect.ts';
import { type AxisOrder, checkMapping, type NetworkMapping, plainMapping } from './mapping.ts';

export type NetworkRole = 'segmenter' | 'extractor';

export interface NetworkInput {
  readonly name: string;
  readonly channels: 1 | 3;
  /** Side of the square input in pixels; null where any is taken. */
  readonly side: number | null;
  /** Batch size demanded; null where any is taken. */
  readonly batch: number | null;
}

export interface NetworkInterface {
  readonly input: NetworkInput;
  readonly outputName: string;
  /** The one asked for, else what the file tells with plain pixels and classes. */
  readonly mapping: NetworkMapping;
  readonly assumptions: readonly string[];
}

const NEEDED: Readonly<Record<NetworkRole, string>> = {
  segmenter: `logits float32 [N,${CLASS_COUNT},h,w] or [N,h,w,${CLASS_COUNT}]: background, rim, cup`,
  extractor: 'features float32 [N,D], [N,D,1,1] or [N,D,h,w]',
};

function describeValue({ name, elementType, shape }: OnnxValue): string {
  const sizes = shape === null ? 'of unknown shape' : `[${shape.map((size) => size ?? '?').join(',')}]`;
  return `'${name}' ${elementType} ${sizes}`;
}

const describeValues = (values: readonly OnnxValue[]) => values.map(describeValue).join(', ') || 'none';

function unsupported(found: string, needed: string): WorkbenchError {
  return new WorkbenchError('onnx/unsupported-interface', `${found} The workbench needs ${needed}.`);
}

/** A fixed positive size, or null for one that is open. */
function fixedSize(size: number | string | null | undefined): number | null {
  return typeof size === 'number' && size > 0 ? size : null;
}

/** Where an input of four axes has its channels: where the file has 1 or 3 of them, first if in doubt. */
function axesOf(shape: readonly (number | string | null)[], wanted: AxisOrder | undefined): AxisOrder {
  const isCount = (size: number | string | null | undefined) => size === 1 || size === 3;
  if (isCount(shape[1]) && isCount(shape[3])) return wanted ?? 'channels-first';
  return isCount(shape[3]) ? 'channels-last' : 'channels-first';
}

function matchInput(
  inputs: readonly OnnxValue[],
  wanted: NetworkMapping | undefined,
): { input: NetworkInput; mapping: NetworkMapping; assumptions: string[] } {
  const needed = 'one input float32 [N,C,S,S] or [N,S,S,C] with C of 1 or 3 channels';
  const [image] = inputs;
  if (image === undefined || inputs.length > 1) {
    throw unsupported(`The model has ${inputs.length} inputs: ${describeValues(inputs)}.`, needed);
  }
  const found = `The model's input is ${describeValue(image)}.`;
  if (image.elementType !== 'float32' || image.shape?.length !== 4) throw unsupported(found, needed);
  const axes = axesOf(image.shape, wanted?.axes);
  const [batch, first, second, third] = image.shape;
  const [channels, height, width] =
    axes === 'channels-first' ? [first, second, third] : [third, first, second];
  if (channels !== 1 && channels !== 3) throw unsupported(found, needed);
  const side = fixedSize(height);
  if (side !== fixedSize(width)) throw unsupported(`${found} It is not square.`, needed);
  if (wanted !== undefined) {
    checkMapping(wanted, channels);
    if (wanted.axes !== axes)
      throw unsupported(`${found} Its channels are not where they were said to be.`, needed);
  }

  const mapping = wanted ?? plainMapping(channels, axes);
  const assumptions = [pixelWords(mapping)];
  if (channels === 3) assumptions.push('The grey image is repeated in all three channels.');
  if (axes === 'channels-last') assumptions.push('Channels are the last axis of the input.');
  if (side === null) assumptions.push('The model takes any side; the one of the preprocessing is used.');
  return { input: { name: image.name, channels, side, batch: fixedSize(batch) }, mapping, assumptions };
}

function pixelWords({ mean, deviation }: NetworkMapping): string {
  const isPlain = mean.every((value) => value === 0) && deviation.every((value) => value === 1);
  return isPlain
    ? 'Pixels are given in [0, 1], without subtracting a mean or dividing by a deviation.'
    : `Of pixels in [0, 1] the mean ${mean.join(', ')} is subtracted, and they are divided by ${deviation.join(', ')}.`;
}

function classWords({ classOrder: [background, rim, cup] }: NetworkMapping): string {
  return `Output channel ${background} is background, ${rim} is rim and ${cup} is cup.`;
}

/** True when nothing that the file says of an output speaks against the role. */
function mayServe(role: NetworkRole, { elementType, shape }: OnnxValue): boolean {
  if (elementType !== 'float32') return false;
  if (shape === null) return true;
  if (role === 'extractor') return shape.length === 2 || shape.length === 4;
  const mayBeClasses = (size: number | string | null | undefined) =>
    (fixedSize(size) ?? CLASS_COUNT) === CLASS_COUNT;
  return shape.length === 4 && (mayBeClasses(shape[1]) || mayBeClasses(shape[3]));
}

/**
 * How to use a network in a role, from its file, the names of the data files given with it, and what a person said of it.
 * Errors: `onnx/unsupported-interface`, saying what was found and what is needed.
 */
export function matchInterface(
  summary: OnnxSummary,
  role: NetworkRole,
  dataFiles: readonly string[] = [],
  wanted?: NetworkMapping,
): NetworkInterface {
  const absent = summary.dataFiles.filter((name) => !dataFiles.includes(name));
  if (absent.length > 0) {
    throw unsupported(
      `The model's weights are in another file: ${absent.join(', ')}.`,
      'that file together with this one, or one .onnx file that holds its weights',
    );
  }
  const { input, mapping, assumptions } = matchInput(summary.inputs, wanted);
  const candidates = summary.outputs.filter((output) => mayServe(role, output));
  const [output] = candidates;
  if (output === undefined) {
    throw unsupported(
      `As ${role === 'segmenter' ? 'a segmenter' : 'an extractor'} the model has no usable output; it has ${describeValues(summary.outputs)}.`,
      NEEDED[role],
    );
  }
  if (summary.outputs.length > 1) {
    assumptions.push(`Of ${summary.outputs.length} outputs the first that fits is used: '${output.name}'.`);
  }
  if (role === 'segmenter') assumptions.push(classWords(mapping));
  return { input, outputName: output.name, mapping, assumptions };
}

/** What a network returned, seen as maps; a vector is a map of one cell. */
export interface OutputLayout {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

export interface FoundLayout extends OutputLayout {
  readonly axes: AxisOrder;
}

/** Where a map that was really returned has its channels: a segmenter's where there are as many as classes. */
function outputAxes(role: NetworkRole, dims: readonly number[], inputAxes: AxisOrder): AxisOrder {
  if (dims.length !== 4) return 'channels-first';
  if (role === 'segmenter' && (dims[1] === CLASS_COUNT) !== (dims[3] === CLASS_COUNT)) {
    return dims[1] === CLASS_COUNT ? 'channels-first' : 'channels-last';
  }
  return inputAxes;
}

/**
 * The layout of an output that a network really returned for `batchSize` images.
 * Errors: `onnx/unsupported-interface` when it does not serve the role.
 */
export function matchOutput(
  role: NetworkRole,
  dims: readonly number[],
  batchSize: number,
  inputAxes: AxisOrder,
): FoundLayout {
  const axes = outputAxes(role, dims, inputAxes);
  const [batch, ...rest] = dims;
  const [channels = 0, height = 1, width = 1] =
    axes === 'channels-first' ? rest : [rest[2], rest[0], rest[1]];
  const isRankRight = dims.length === 4 || (role === 'extractor' && dims.length === 2);
  const isCountRight = role === 'extractor' ? channels > 0 : channels === CLASS_COUNT;
  if (!isRankRight || !isCountRight || batch !== batchSize || height < 1 || width < 1) {
    throw unsupported(`For ${batchSize} images the model returned [${dims.join(',')}].`, NEEDED[role]);
  }
  return { channels, height, width, axes };
}
