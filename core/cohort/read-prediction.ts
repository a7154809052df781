/** A segmentation made elsewhere, from `.npz`, `.npy` or `.png`: its classes, and sentences about how it was read. */
import { WorkbenchError } from '../errors.ts';
import { type NpyArray, type NumericValues, readNpy, toNumbers } from '../formats/npy.ts';
import { readNpz } from '../formats/npz.ts';
import { type PngImage, readPng } from '../formats/png.ts';
import { FIELD_KEYS } from './schema.ts';

export interface PredictionMask {
  readonly height: number;
  readonly width: number;
  /** [height, width] classes 0, 1, 2. */
  readonly mask: Uint8Array<ArrayBuffer>;
  /** How the file was read, one sentence each. */
  readonly notes: readonly string[];
}

/** Names under which predictions are commonly saved, likeliest first; `arr_0` is NumPy's own for a nameless array. */
const PREDICTION_KEYS: readonly string[] = [
  'pred',
  'prediction',
  'predicted',
  'pred_mask',
  'predicted_mask',
  'segmentation',
  'mask',
  'disc_cup',
  'disc_cup_mask',
  'disc_cup_borders',
  'label',
  'arr_0',
];

interface Values {
  readonly height: number;
  readonly width: number;
  readonly values: NumericValues;
}

/** Codings of a mask: the class of each value. */
const CODINGS: readonly { readonly classes: ReadonlyMap<number, number>; readonly note: string | null }[] = [
  {
    classes: new Map([
      [0, 0],
      [1, 1],
      [2, 2],
    ]),
    note: null,
  },
  {
    classes: new Map([
      [0, 0],
      [-1, 1],
      [-2, 2],
    ]),
    note: 'The labels -1 and -2 were read as rim and cup.',
  },
  {
    classes: new Map([
      [0, 0],
      [127, 1],
      [255, 2],
    ]),
    note: 'The values 0, 127 and 255 were read as background, rim and cup.',
  },
  {
    classes: new Map([
      [0, 0],
      [128, 1],
      [255, 2],
    ]),
    note: 'The values 0, 128 and 255 were read as background, rim and cup.',
  },
];

function badValues(problem: string): WorkbenchError {
  return new WorkbenchError(
    'evaluate/prediction-values',
    `${problem} A prediction should hold 0 background, 1 rim, 2 cup (or 0, -1, -2; or 0, 128, 255).`,
  );
}

function distinctValues(values: NumericValues): Set<number> {
  const distinct = new Set<number>();
  let last = NaN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value === last) continue;
    last = value;
    distinct.add(value);
    // Enough to see that these are no labels, such as probabilities or a photograph.
    if (distinct.size > 16) break;
  }
  return distinct;
}

/** The coding that explains all values, undefined when none does. */
function findCoding(values: NumericValues) {
  const distinct = [...distinctValues(values)];
  return CODINGS.find(({ classes }) => distinct.every((value) => classes.has(value)));
}

function classify({ height, width, values }: Values): PredictionMask {
  if (values.length === 0) {
    throw new WorkbenchError('evaluate/prediction-shape', 'The prediction has no pixels.');
  }
  const coding = findCoding(values);
  const distinct = distinctValues(values);
  if (coding === undefined) {
    const shown = [...distinct]
      .toSorted((a, b) => a - b)
      .slice(0, 8)
      .join(', ');
    throw badValues(`The prediction holds the values ${shown}${distinct.size > 8 ? ', ...' : ''}.`);
  }
  // Not told apart by anything in the file: a mask of the disc, or of the cup alone.
  if (distinct.has(255) && !distinct.has(127) && !distinct.has(128)) {
    throw badValues('The prediction holds only 0 and 255, so disc and cup cannot be told apart.');
  }
  const mask = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) mask[i] = coding.classes.get(values[i] as number) ?? 0;
  return { height, width, mask, notes: coding.note === null ? [] : [coding.note] };
}

/** A 2-D array from one that may have axes of length 1 in front. */
function planeOf(array: NpyArray): Values {
  const shape = [...array.shape];
  while (shape.length > 2 && shape[0] === 1) shape.shift();
  const [height, width] = shape;
  if (shape.length !== 2 || height === undefined || width === undefined) {
    throw new WorkbenchError(
      'evaluate/prediction-shape',
      `The prediction has the shape (${array.shape.join(', ')}); it should be one class for every pixel.`,
      { hint: 'Take the arg-max over the classes before saving.', context: { shape: array.shape } },
    );
  }
  return { height, width, values: toNumbers(array) };
}

function readNpzPrediction(bytes: Uint8Array<ArrayBuffer>): PredictionMask {
  const npz = readNpz(bytes);
  const named = PREDICTION_KEYS.find((key) => npz.keys.includes(key));
  const imageKey = FIELD_KEYS.image.find((key) => npz.keys.includes(key));
  // A sample's own mask is the truth: scored against itself it would be perfect.
  if (imageKey !== undefined && named?.startsWith('pred') !== true) {
    throw new WorkbenchError(
      'sample/missing-key',
      `This is a sample, no prediction: it holds the image "${imageKey}", and its mask is the true one.`,
      {
        hint: 'Save the predicted mask alone, under the name "pred". Samples are dropped on the Cohort page.',
        context: { keys: npz.keys },
      },
    );
  }
  const planes =
    named === undefined
      ? npz.keys.filter((key) => {
          const { kind, shape } = npz.header(key);
          return shape.length === 2 && (kind === 'i' || kind === 'u');
        })
      : [named];
  const [key] = planes;
  if (key === undefined || planes.length > 1) {
    const found = planes.length > 1 ? 'several arrays could be it' : 'no array is it';
    throw new WorkbenchError(
      'sample/missing-key',
      `The prediction was not found: ${found}. The file holds ${npz.keys.join(', ') || 'no arrays'}.`,
      { hint: 'Save the predicted mask under the name "pred".', context: { keys: npz.keys } },
    );
  }
  const prediction = classify(planeOf(npz.read(key)));
  return { ...prediction, notes: [`The array "${key}" was read.`, ...prediction.notes] };
}

/** One sample a pixel: the grey value, or the common value of the three colours. */
function greyOf({ height, width, channels, samples }: PngImage): Values {
  if (channels === 1) return { height, width, values: samples };
  const values = new Uint16Array(height * width);
  const opaque = samples instanceof Uint16Array ? 65535 : 255;
  for (let pixel = 0; pixel < values.length; pixel++) {
    const at = (channel: number) => samples[pixel * channels + channel] as number;
    const isGrey = channels < 3 || (at(0) === at(1) && at(0) === at(2));
    if (!isGrey) throw badValues('The image is coloured, and what its colours mean is not known.');
    if (channels % 2 === 0 && at(channels - 1) !== opaque)
      throw badValues('The image is partly transparent.');
    values[pixel] = at(0);
  }
  return { height, width, values };
}

/** Grey palettes are read by their values; any other by its indices, which is how label images are saved. */
function readPngPrediction(bytes: Uint8Array<ArrayBuffer>): PredictionMask {
  const image = readPng(bytes);
  const { palette, samples, height, width } = image;
  if (palette === undefined) return classify(greyOf(image));
  const isGrey = (index: number) =>
    palette[index * 3] === palette[index * 3 + 1] && palette[index * 3] === palette[index * 3 + 2];
  if ([...distinctValues(samples)].every(isGrey)) {
    const values = Uint8Array.from(samples, (index) => palette[index * 3] as number);
    if (findCoding(values) !== undefined) return classify({ height, width, values });
  }
  const prediction = classify({ height, width, values: samples });
  return {
    ...prediction,
    notes: ["The palette's indices were read as classes, not its colours.", ...prediction.notes],
  };
}

/**
 * Reads a predicted mask; the ending of `path` says the format.
 * Errors: `zip/*`, `npy/*`, `png/*`; `sample/missing-key` when no array or several could be the prediction, or when the
 * file is a sample: it holds an image and no array whose name says that it was predicted;
 * `evaluate/prediction-shape`, `evaluate/prediction-values`; `file/unreadable` for another ending.
 */
export function readPredictionMask(bytes: Uint8Array<ArrayBuffer>, path: string): PredictionMask {
  const ending = path.slice(path.lastIndexOf('.')).toLowerCase();
  if (ending === '.npz') return readNpzPrediction(bytes);
  if (ending === '.npy') return classify(planeOf(readNpy(bytes)));
  if (ending === '.png') return readPngPrediction(bytes);
  throw new WorkbenchError(
    'file/unreadable',
    `"${path}" is no prediction that can be read: use .npz, .npy or .png.`,
  );
}
