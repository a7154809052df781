/** Predicted masks by run and sample, kept between visits; made here or dropped, by whichever worker. */
import type { SampleId } from '../../core/cohort/sample.ts';
import type { PredictedMask } from '../api/compute.ts';
import { packMask, unpackMask } from './mask-packing.ts';
import { readPacks } from './pack-reader.ts';
import { openPackWriter } from './pack-writer.ts';

const FOLDER = 'predictions';

export interface PredictionWriter {
  append(id: SampleId, prediction: PredictedMask): void;
  /** Makes the masks durable. Call it in `finally`: until then nobody else can write as this writer. */
  close(): Promise<void>;
}

/** Opens a run for adding masks. `writer` names the worker ("compute", "data-2"): each has its own file. */
export async function openPredictionWriter(runId: string, writer: string): Promise<PredictionWriter> {
  const pack = await openPackWriter([FOLDER, runId], writer);
  return {
    append(id, { height, width, mask, frame }) {
      pack.append(id, packMask(mask), [height, width, frame.top, frame.left, frame.height, frame.width]);
    },
    close: () => pack.close(),
  };
}

/** The mask of a sample in a run; undefined when there is none. */
export async function readPrediction(runId: string, id: SampleId): Promise<PredictedMask | undefined> {
  const value = (await readPacks([FOLDER, runId], [id])).get(id);
  if (value === undefined) return undefined;
  const [height, width, top, left, frameHeight, frameWidth] = value.meta as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    height,
    width,
    mask: unpackMask(value.payload, height * width),
    frame: { top, left, height: frameHeight, width: frameWidth },
  };
}
