/** A loaded model: prepared images in, logits or feature vectors out, whatever batch size or channels the network wants. */
import { WorkbenchError } from '../../core/errors.ts';
import {
  matchOutput,
  type NetworkInput,
  type NetworkRole,
  type OutputLayout,
} from '../../models/onnx/interface.ts';
import { mapInput, mapOutput, type NetworkMapping } from '../../models/onnx/mapping.ts';
import type { Session } from './runtime.ts';

export interface Network {
  readonly role: NetworkRole;
  readonly input: NetworkInput;
  readonly outputName: string;
  readonly mapping: NetworkMapping;
}

export interface NetworkOutput extends OutputLayout {
  /** [images, channels, height, width] f32. */
  readonly data: Float32Array;
}

/**
 * Runs a network on prepared images.
 * Shapes: `images [imageCount, side, side]` f32, at most `input.batch` of them where the network demands a batch size.
 * Errors: `onnx/unsupported-interface` when the side is not the network's or the output does not serve; those of `Session.run`.
 */
export async function runNetwork(
  session: Session,
  { role, input, outputName, mapping }: Network,
  images: Float32Array,
  side: number,
): Promise<NetworkOutput> {
  if (input.side !== null && input.side !== side) {
    throw new WorkbenchError(
      'onnx/unsupported-interface',
      `The model takes images of side ${input.side}, the preprocessing makes side ${side}.`,
    );
  }
  const pixelCount = side * side;
  const imageCount = images.length / pixelCount;
  const batchSize = input.batch ?? imageCount;
  const outputs = await session.run({
    [input.name]: {
      shape:
        mapping.axes === 'channels-first'
          ? [batchSize, input.channels, side, side]
          : [batchSize, side, side, input.channels],
      data: mapInput(images, pixelCount, batchSize, mapping),
    },
  });
  const output = outputs[outputName];
  if (output === undefined) {
    throw new WorkbenchError('runtime/run-failed', `The model did not return '${outputName}'.`);
  }
  const { axes, ...layout } = matchOutput(role, output.shape, batchSize, mapping.axes);
  const { channels, height, width } = layout;
  const data = output.data.subarray(0, imageCount * channels * height * width);
  const classOrder = role === 'segmenter' ? mapping.classOrder : undefined;
  return { ...layout, data: mapOutput(data, channels, height * width, axes === 'channels-last', classOrder) };
}

/**
 * Mean over the cells of each channel: [images, channels, h, w] -> [images, channels]. A vector is returned as it is.
 */
export function poolCells({ data, height, width }: NetworkOutput): Float32Array {
  const cellCount = height * width;
  if (cellCount === 1) return data;
  const pooled = new Float32Array(data.length / cellCount);
  for (let i = 0; i < pooled.length; i++) {
    let sum = 0;
    for (let cell = i * cellCount; cell < (i + 1) * cellCount; cell++) sum += data[cell] as number;
    pooled[i] = sum / cellCount;
  }
  return pooled;
}
