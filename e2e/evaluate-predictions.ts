/** Predictions with a known overlap, written to disk for the tests of Evaluate, and the scores they must get, computed here by hand. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from '../core/formats/crc32.ts';
import { writeNpz } from '../core/formats/npz.ts';
import { zlibSync } from 'fflate';
import type { CohortFolder } from './harness/cohort-folder.ts';

/** What one image must score. */
export interface ExpectedImage {
  readonly name: string;
  /** 0 Asian, 1 Black, 2 White. */
  readonly race: number;
  readonly rim: number;
  readonly cup: number;
  readonly overall: number;
}

export interface PredictionFolder {
  readonly path: string;
  readonly expected: readonly ExpectedImage[];
}

/** The mask moved to the right by some columns; what falls off the edge is lost. */
function shifted(mask: Uint8Array, width: number, by: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(mask, (_, at) => (at % width < by ? 0 : (mask[at - by] as number)));
}

/** Dice of one class, pixel by pixel, with the published rule for empty masks. */
export function dice(predicted: Uint8Array, truth: Uint8Array, label: number): number {
  let both = 0;
  let sizes = 0;
  let inPrediction = 0;
  let inTruth = 0;
  for (let at = 0; at < truth.length; at++) {
    const p = predicted[at] === label;
    const t = truth[at] === label;
    if (p && t) both++;
    if (p) inPrediction++;
    if (t) inTruth++;
    sizes += Number(p) + Number(t);
  }
  if (inPrediction === 0) return 0;
  return inTruth === 0 ? 1 : (2 * both) / sizes;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(Uint8Array.from(body)) >>> 0, 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** An 8-bit grey PNG with the classes written as 0, 128, 255. */
function maskPng(mask: Uint8Array, height: number, width: number): Buffer {
  const rows = new Uint8Array(height * (width + 1));
  const grey = [0, 128, 255];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      rows[y * (width + 1) + 1 + x] = grey[mask[y * width + x] as number] as number;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(rows)),
    chunk('IEND', new Uint8Array()),
  ]);
}

/**
 * A prediction for every sample of the folder, every third as PNG: the truth moved by up to 12 columns, one of them
 * empty. Beside them `data_99999.png`, which matches no sample; the last two samples get files that must be rejected:
 * of a wrong size, and with a value that is no class.
 */
export function createPredictions(folder: CohortFolder): PredictionFolder {
  const path = mkdtempSync(join(tmpdir(), 'equiseg-predictions-'));
  const { cohort } = folder;
  const { height, width } = cohort.size;
  const expected: ExpectedImage[] = [];
  const npz = (name: string, values: Uint8Array<ArrayBuffer>, shape: readonly number[]) =>
    writeFileSync(join(path, name), writeNpz({ pred: { shape, values } }));
  for (let index = 0; index < cohort.count; index++) {
    const { name, codes } = cohort.describe(index);
    if (index === cohort.count - 1) {
      npz(name, new Uint8Array(100), [10, 10]);
      continue;
    }
    if (index === cohort.count - 2) {
      npz(name, new Uint8Array(height * width).fill(7), [height, width]);
      continue;
    }
    // The generator writes 0, -1, -2, as the data set does.
    const truth = Uint8Array.from(cohort.render(index).mask, Math.abs);
    const predicted = index === 5 ? new Uint8Array(truth.length) : shifted(truth, width, index % 13);
    if (index % 3 === 0)
      writeFileSync(join(path, name.replace('.npz', '.png')), maskPng(predicted, height, width));
    else npz(name, predicted, [height, width]);
    const rim = dice(predicted, truth, 1);
    const cup = dice(predicted, truth, 2);
    expected.push({ name, race: codes.race, rim, cup, overall: (rim + cup) / 2 });
  }
  writeFileSync(join(path, 'data_99999.png'), maskPng(new Uint8Array(height * width), height, width));
  return { path, expected };
}

/** Mean by race of what a function gives for every image; NaN for a race without images. */
export function meansByRace(
  images: readonly ExpectedImage[],
  score: (image: ExpectedImage) => number,
): number[] {
  return [0, 1, 2].map((race) => {
    const own = images.filter((image) => image.race === race).map(score);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  });
}
