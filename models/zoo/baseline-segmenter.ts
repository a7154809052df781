/**
 * The embedded baseline segmenter: classical image processing written as a graph. No training, no learned weights.
 * It closes dark vessels, subtracts the background, looks for the brightest disc-sized region, and calls bright pixels
 * near it rim and brighter ones cup. It is a floor to compare real segmenters with, not one of them.
 */
import { createGraphBuilder, type GraphBuilder } from '../graph/builder.ts';
import type { Model, Tensor, Value } from '../graph/graph.ts';
import type { BinaryFunction } from '../graph/ops.ts';

/** Side of the square input, in pixels. */
export const BASELINE_SIDE = 512;

/**
 * Everything below is in cells of the working grid, side / 4 (a cell is 4 x 4 pixels at side 512), and was chosen on 50
 * images of the demo generator with seed 977; the demo cohort's own images were not looked at.
 */
const GRID = BASELINE_SIDE / 4;
/** Window that closes dark lines: wider than a vessel, narrower than a cup. */
const CLOSING = 5;
/** Cells of the grid per cell of the coarse grid, where the wide averages are cheap. */
const COARSE = 4;
/** Window of the disc-sized mean, in coarse cells: somewhat less than a disc. */
const DISC_WINDOW = 7;
/** The background is the mean over half the image, taken from a grid coarser again by this factor, in its cells. */
const BACKGROUND_SHRINK = 2;
const BACKGROUND_WINDOW = 9;
/** How sharply the location prefers the brightest disc-sized region: 1 is the plain mean, infinity the single best cell. */
const LOCATION_SHARPNESS = 12;
/** Standard deviations, in cells, of the weights that measure the brightness of the disc and of what surrounds it. */
const INNER_SIGMA = 8;
const OUTER_SIGMA = 22;
/** Nothing farther than this from the location is disc. */
const REACH = 26;
/** Brightness from 0 (surroundings) to 1 (mean of the disc): above the first a pixel is disc, above the second cup. */
const DISC_THRESHOLD = 0.4;
const CUP_THRESHOLD = 1.7;
/** Logits per unit of brightness. Only the sign matters for the mask; the slope makes the softmax a soft edge. */
const SLOPE = 10;
/** Logit taken off far from the disc, more than any brightness gives, and how fast it sets in beyond the reach. */
const FAR_PENALTY = 100;
const FAR_SLOPE = 4;
/** Keeps divisions defined on an image without any contrast. */
const SMALLEST_CONTRAST = 1e-4;

/** Shorthand for the operations that the baseline repeats. */
function createSteps(graph: GraphBuilder) {
  const combine = (name: string, how: BinaryFunction, a: Value, b: Value) =>
    graph.op('binary', name, [a, b], { function: how });
  const affine = (name: string, x: Value, scale: number, shift: number) =>
    graph.op('affine', name, [x], { scale, shift });
  const average = (name: string, x: Value, size: number) =>
    graph.op('averagePool', name, [x], { size, stride: 1, padding: (size - 1) / 2, countPadding: false });
  const shrink = (name: string, x: Value, size: number) =>
    graph.op('averagePool', name, [x], { size, stride: size, padding: 0, countPadding: false });
  const spatialMean = (name: string, x: Value) =>
    graph.op('reduce', name, [x], { function: 'mean', axes: [2, 3] });
  return { combine, affine, average, shrink, spatialMean };
}

/** Grey closing: the maximum over a window, then the minimum. Dark lines narrower than the window vanish. */
function closeDarkLines(graph: GraphBuilder, x: Value): Value {
  const { affine } = createSteps(graph);
  const window = { size: CLOSING, stride: 1, padding: (CLOSING - 1) / 2 };
  const dilated = graph.op('maxPool', 'dilated', [x], window);
  const eroded = graph.op('maxPool', 'eroded-negative', [affine('dilated-negative', dilated, -1, 0)], window);
  return affine('closed', eroded, -1, 0);
}

/** One axis of the image: where the cells of both grids lie on it, in cells of the working grid. */
interface Axis {
  readonly name: string;
  readonly fine: Value;
  readonly coarse: Value;
}

/** Squared distance of every cell to the centre of the brightest disc-sized region, in cells. */
function locateDisc(graph: GraphBuilder, contrast: Value, axes: readonly [Axis, Axis]): Value {
  const { affine, average, combine, shrink, spatialMean } = createSteps(graph);
  const region = average('disc-mean', shrink('contrast-coarse', contrast, COARSE), DISC_WINDOW);
  const best = graph.op('reduce', 'disc-max', [region], { function: 'max', axes: [2, 3] });
  // exp(sharpness * (value / best - 1)): a soft choice of the maximum.
  const ratio = combine('disc-ratio', 'divide', region, affine('disc-best', best, 1, SMALLEST_CONTRAST));
  const score = affine('location-score', ratio, LOCATION_SHARPNESS, -LOCATION_SHARPNESS);
  const weight = graph.op('unary', 'location-weight', [score], { function: 'exp' });
  const weightMean = spatialMean('location-weight-mean', weight);
  const squaredOffset = ({ name, fine, coarse }: Axis) => {
    const moment = spatialMean(`${name}-moment`, combine(`${name}-weighted`, 'multiply', weight, coarse));
    const centre = combine(`${name}-centre`, 'divide', moment, weightMean);
    const offset = combine(`${name}-offset`, 'subtract', fine, centre);
    return combine(`${name}-squared`, 'multiply', offset, offset);
  };
  return combine('squared-distance', 'add', squaredOffset(axes[0]), squaredOffset(axes[1]));
}

/** Mean of the contrast under a Gaussian around the disc's centre. */
function measureAround(
  graph: GraphBuilder,
  name: string,
  contrast: Value,
  squaredDistance: Value,
  sigma: number,
): Value {
  const { affine, combine, spatialMean } = createSteps(graph);
  const exponent = affine(`${name}-exponent`, squaredDistance, -1 / (2 * sigma * sigma), 0);
  const weight = graph.op('unary', `${name}-weight`, [exponent], { function: 'exp' });
  const sum = spatialMean(`${name}-sum`, combine(`${name}-weighted`, 'multiply', contrast, weight));
  return combine(`${name}-mean`, 'divide', sum, spatialMean(`${name}-weight-mean`, weight));
}

/** Centres of `count` equal cells along an axis of the working grid. */
function cellCentres(shape: readonly number[], count: number): Tensor {
  const step = GRID / count;
  return { shape, data: Float32Array.from({ length: count }, (_, index) => (index + 0.5) * step) };
}

/**
 * The baseline segmenter.
 * Shapes: `image [N,1,512,512]` in [0, 1] -> `logits [N,3,128,128]`: background, rim, cup.
 */
export function createBaselineSegmenter(): Model {
  const graph = createGraphBuilder('baseline-segmenter');
  const { affine, average, combine, shrink } = createSteps(graph);
  const image = graph.input('image', ['N', 1, BASELINE_SIDE, BASELINE_SIDE]);
  const coarseCount = GRID / COARSE;
  const axes: readonly [Axis, Axis] = [
    {
      name: 'x',
      fine: graph.parameter('x', [1, 1, 1, GRID]),
      coarse: graph.parameter('x-coarse', [1, 1, 1, coarseCount]),
    },
    {
      name: 'y',
      fine: graph.parameter('y', [1, 1, GRID, 1]),
      coarse: graph.parameter('y-coarse', [1, 1, coarseCount, 1]),
    },
  ];
  const params = new Map([
    ['x', cellCentres([1, 1, 1, GRID], GRID)],
    ['x-coarse', cellCentres([1, 1, 1, coarseCount], coarseCount)],
    ['y', cellCentres([1, 1, GRID, 1], GRID)],
    ['y-coarse', cellCentres([1, 1, coarseCount, 1], coarseCount)],
  ]);

  const grey = shrink('grey', image, BASELINE_SIDE / GRID);
  const closed = closeDarkLines(graph, average('smooth', grey, 3));
  const coarse = shrink('closed-coarse', closed, COARSE * BACKGROUND_SHRINK);
  const wide = average('wide', coarse, BACKGROUND_WINDOW);
  const background = graph.op('resize', 'background', [wide], {
    height: GRID,
    width: GRID,
    centres: 'half-pixel',
  });
  const contrast = average('contrast', combine('flattened', 'subtract', closed, background), 3);

  const squaredDistance = locateDisc(graph, contrast, axes);
  const inner = measureAround(graph, 'inner', contrast, squaredDistance, INNER_SIGMA);
  const outer = measureAround(graph, 'outer', contrast, squaredDistance, OUTER_SIGMA);
  const step = graph.op('unary', 'step', [combine('inner-outer', 'subtract', inner, outer)], {
    function: 'relu',
  });
  const brightness = combine(
    'brightness',
    'divide',
    combine('above-outer', 'subtract', contrast, outer),
    affine('step-positive', step, 1, SMALLEST_CONTRAST),
  );
  // Beyond the reach the disc's logit falls smoothly to -FAR_PENALTY, whatever the brightness; bounded, so that f32 keeps its digits.
  const beyond = graph.op(
    'unary',
    'beyond',
    [affine('beyond-signed', squaredDistance, FAR_SLOPE / REACH ** 2, -FAR_SLOPE)],
    { function: 'relu' },
  );
  const kept = graph.op('unary', 'kept', [affine('beyond-negative', beyond, -1, 0)], { function: 'exp' });
  const nearness = affine('nearness', kept, FAR_PENALTY, -FAR_PENALTY);
  const rim = combine(
    'rim',
    'add',
    affine('rim-bright', brightness, SLOPE, -SLOPE * DISC_THRESHOLD),
    nearness,
  );
  const cup = combine('cup', 'add', affine('cup-over-rim', brightness, SLOPE, -SLOPE * CUP_THRESHOLD), rim);
  const none = affine('none', rim, 0, 0);
  const logits = graph.op('concat', 'classes', [none, rim, cup], { axis: 1 });
  return { graph: graph.build({ logits }), params };
}
