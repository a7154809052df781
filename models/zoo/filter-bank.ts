/**
 * The embedded feature extractor: a fixed bank of oriented (Gabor) filters at three scales, with local brightness and
 * contrast, averaged over a coarse grid. Nothing is learned. It describes illumination, contrast, vessel texture and
 * their place in the image; it is no substitute for Inception features and its distances do not compare with theirs.
 * Source of the filters: Daugman, "Uncertainty relation for resolution in space ...", JOSA A 2 (1985).
 */
import { createGraphBuilder } from '../graph/builder.ts';
import type { Model, Tensor, Value } from '../graph/graph.ts';

/** Side of the square input, in pixels. */
export const FILTER_BANK_SIDE = 128;

/** Side of the filters, in pixels of each scale: wide enough for two standard deviations on both sides. */
const FILTER_SIZE = 9;
/** The amplitude of a quadrature pair is smooth over its envelope, so every second response is enough. */
const FILTER_STRIDE = 2;
const ORIENTATION_COUNT = 4;
/** Standard deviation of the Gaussian envelope and wavelength of the wave, in pixels of each scale: one octave a scale. */
const ENVELOPE_SIGMA = 2;
const WAVELENGTH = 5;

/** Each scale halves the image; cells are what its filter responses are averaged over, per axis. */
const SCALES = [
  { shrink: 1, cells: 4 },
  { shrink: 2, cells: 4 },
  { shrink: 4, cells: 2 },
] as const;
/** Cells per axis for brightness and contrast. */
const BRIGHTNESS_CELLS = 4;
/** Side of the window whose mean the local contrast is measured from, in pixels of the halved image. */
const SURROUND = 7;

/**
 * Added before logarithms and roots. A step of one grey level of 255 is 0.004, so flat regions give a stable floor and
 * noise below half a grey level does not count as texture.
 */
const FLOOR = 0.002;

/** Number of features of one image. */
export const FILTER_BANK_FEATURE_COUNT =
  SCALES.reduce((sum, { cells }) => sum + ORIENTATION_COUNT * cells * cells, 0) +
  2 * BRIGHTNESS_CELLS * BRIGHTNESS_CELLS;

/**
 * Gabor filters of one phase, [orientations, 1, size, size]: zero mean, so that brightness does not show, and unit
 * response to a wave of their own frequency and orientation.
 */
function gaborFilters(phase: 'even' | 'odd'): Tensor {
  const data = new Float32Array(ORIENTATION_COUNT * FILTER_SIZE * FILTER_SIZE);
  const half = (FILTER_SIZE - 1) / 2;
  for (let orientation = 0; orientation < ORIENTATION_COUNT; orientation++) {
    const angle = (Math.PI * orientation) / ORIENTATION_COUNT;
    const envelope: number[] = [];
    const wave: number[] = [];
    for (let y = -half; y <= half; y++) {
      for (let x = -half; x <= half; x++) {
        envelope.push(Math.exp(-(x * x + y * y) / (2 * ENVELOPE_SIGMA ** 2)));
        const position = (2 * Math.PI * (x * Math.cos(angle) + y * Math.sin(angle))) / WAVELENGTH;
        wave.push(phase === 'even' ? Math.cos(position) : Math.sin(position));
      }
    }
    const weightSum = envelope.reduce((sum, value) => sum + value, 0);
    const waveMean = envelope.reduce((sum, value, i) => sum + value * (wave[i] as number), 0) / weightSum;
    const filter = envelope.map((value, i) => value * ((wave[i] as number) - waveMean));
    const response = filter.reduce((sum, value, i) => sum + value * (wave[i] as number), 0);
    data.set(
      filter.map((value) => value / response),
      orientation * FILTER_SIZE * FILTER_SIZE,
    );
  }
  return { shape: [ORIENTATION_COUNT, 1, FILTER_SIZE, FILTER_SIZE], data };
}

/**
 * The filter bank.
 * Shapes: `image [N,1,128,128]` in [0, 1] -> `features [N,176]`: natural logarithms, for every scale, orientation and
 * cell of the mean filter amplitude; then for every cell of the root mean square deviation from the surround, and of the mean.
 */
export function createFilterBank(): Model {
  const graph = createGraphBuilder('filter-bank');
  const image = graph.input('image', ['N', 1, FILTER_BANK_SIDE, FILTER_BANK_SIDE]);
  const filterShape = [ORIENTATION_COUNT, 1, FILTER_SIZE, FILTER_SIZE];
  const even = graph.parameter('gabor-even', filterShape);
  const odd = graph.parameter('gabor-odd', filterShape);

  const square = (name: string, x: Value) => graph.op('binary', name, [x, x], { function: 'multiply' });
  const shrink = (name: string, x: Value, size: number) =>
    graph.op('averagePool', name, [x], { size, stride: size, padding: 0, countPadding: false });
  const logOf = (name: string, x: Value) =>
    graph.op('unary', name, [graph.op('affine', `${name}-floored`, [x], { scale: 1, shift: FLOOR })], {
      function: 'log',
    });
  const flatten = (name: string, x: Value) => {
    const [, c, h, w] = x.shape as [unknown, number, number, number];
    return graph.op('reshape', name, [x], { shape: ['N', c * h * w] });
  };

  const parts: Value[] = SCALES.map(({ shrink: factor, cells }) => {
    const at = `scale-${factor}`;
    const scaled = factor === 1 ? image : shrink(at, image, factor);
    const respond = (phase: string, filters: Value) =>
      square(
        `${at}-${phase}-energy`,
        graph.op('conv2d', `${at}-${phase}`, [scaled, filters], { stride: FILTER_STRIDE, padding: [0, 0] }),
      );
    const energy = graph.op('binary', `${at}-energy`, [respond('even', even), respond('odd', odd)], {
      function: 'add',
    });
    const amplitude = graph.op('unary', `${at}-amplitude`, [energy], { function: 'sqrt' });
    const responseSide = Math.floor((FILTER_BANK_SIDE / factor - FILTER_SIZE) / FILTER_STRIDE) + 1;
    const cellMeans = shrink(`${at}-cells`, amplitude, responseSide / cells);
    return flatten(`${at}-features`, logOf(`${at}-log`, cellMeans));
  });

  const cellSide = FILTER_BANK_SIDE / BRIGHTNESS_CELLS;
  const surround = graph.op(
    'resize',
    'surround',
    [
      graph.op('averagePool', 'surround-half', [shrink('half', image, 2)], {
        size: SURROUND,
        stride: 1,
        padding: (SURROUND - 1) / 2,
        countPadding: false,
      }),
    ],
    { height: FILTER_BANK_SIDE, width: FILTER_BANK_SIDE, centres: 'half-pixel' },
  );
  // Deviations first, squares second: the mean of squares less the square of the mean would cancel in f32.
  const deviation = graph.op('binary', 'deviation', [image, surround], { function: 'subtract' });
  const meanSquare = shrink('mean-square', square('squared-deviation', deviation), cellSide);
  const contrast = graph.op('unary', 'contrast', [meanSquare], { function: 'sqrt' });
  parts.push(
    flatten('contrast-features', logOf('contrast-log', contrast)),
    flatten('brightness-features', logOf('brightness-log', shrink('brightness', image, cellSide))),
  );

  const features = graph.op('concat', 'all-features', parts, { axis: 1 });
  const params = new Map([
    ['gabor-even', gaborFilters('even')],
    ['gabor-odd', gaborFilters('odd')],
  ]);
  return { graph: graph.build({ features }), params };
}
