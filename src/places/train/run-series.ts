/** The events of a run as the lines of its figures. Pure. */
import type {
  KernelTimesEvent,
  NoticeEvent,
  StepEvent,
  TrainEvent,
  ValidationEvent,
} from '../../../workers/api/train.ts';
import { INK } from '../../charts/figure-colors.ts';
import type { LineSeries } from '../../charts/line-figure.ts';
import { pointsOf, smooth } from '../../charts/line-series.ts';
import { groupStyle, type MarkStyle } from '../../ui/palette.ts';

/** Steps after which a value weighs half in a smoothed line. */
export const HALF_LIFE_STEPS = 10;

/** Rim, cup and disc are no groups: they are told apart by their symbols, in the colour of the text. */
const REGIONS = [
  { key: 'disc', label: 'Disc', shape: 'circle' },
  { key: 'cup', label: 'Cup', shape: 'triangle' },
  { key: 'rim', label: 'Rim', shape: 'square' },
] as const;
const PLAIN: MarkStyle = { color: INK, shape: 'circle', pattern: 'solid' };

export interface RunSeries {
  readonly loss: readonly LineSeries[];
  readonly groupLoss: readonly LineSeries[];
  readonly learningRate: readonly LineSeries[];
  readonly rate: readonly LineSeries[];
  readonly regionDice: readonly LineSeries[];
  readonly groupDice: readonly LineSeries[];
  readonly kernels: KernelTimesEvent | undefined;
  readonly lastStep: StepEvent | undefined;
  readonly lastValidation: ValidationEvent | undefined;
  /** Latest first. */
  readonly notices: readonly NoticeEvent[];
}

function withItsMean(key: string, label: string, x: readonly number[], y: readonly number[]): LineSeries[] {
  const points = pointsOf(x, y);
  return [
    { key, label: `${label}, single steps`, style: PLAIN, points, isFaint: true },
    {
      key: `${key}_smoothed`,
      label: `${label}, smoothed`,
      style: PLAIN,
      points: smooth(points, HALF_LIFE_STEPS),
    },
  ];
}

function byGroup(
  groups: readonly string[],
  pointsOfGroup: (group: number) => LineSeries['points'],
): readonly LineSeries[] {
  return groups.map((label, index) => ({
    key: `group_${index}`,
    label,
    style: groupStyle(index),
    points: pointsOfGroup(index),
  }));
}

/** The lines of everything that a run shows; groups without a value keep their place in the legend. */
export function seriesOf(events: readonly TrainEvent[], groups: readonly string[]): RunSeries {
  const steps = events.filter((event) => event.kind === 'step');
  const validations = events.filter((event) => event.kind === 'validation');
  const x = steps.map(({ step }) => step);
  const validatedAt = validations.map(({ step }) => step);
  return {
    loss: withItsMean(
      'loss',
      'Loss',
      x,
      steps.map(({ loss }) => loss),
    ),
    groupLoss: byGroup(groups, (group) =>
      smooth(
        pointsOf(
          x,
          steps.map(({ groupLoss }) => groupLoss[group] ?? null),
        ),
        HALF_LIFE_STEPS,
      ),
    ),
    learningRate: [
      {
        key: 'learning_rate',
        label: 'Learning rate',
        style: PLAIN,
        points: pointsOf(
          x,
          steps.map(({ learningRate }) => learningRate),
        ),
      },
    ],
    rate: withItsMean(
      'samples_per_second',
      'Rate',
      x,
      steps.map(({ samplesPerSecond }) => samplesPerSecond),
    ),
    regionDice: REGIONS.map(({ key, label, shape }) => ({
      key,
      label,
      style: { ...PLAIN, shape },
      points: pointsOf(
        validatedAt,
        validations.map((event) => event[`${key}Dice`]),
      ),
    })),
    groupDice: byGroup(groups, (group) =>
      pointsOf(
        validatedAt,
        validations.map(({ groupDiscDice }) => groupDiscDice[group] ?? null),
      ),
    ),
    kernels: events.findLast((event) => event.kind === 'kernelTimes'),
    lastStep: steps.at(-1),
    lastValidation: validations.at(-1),
    notices: events.filter((event) => event.kind === 'notice').toReversed(),
  };
}
