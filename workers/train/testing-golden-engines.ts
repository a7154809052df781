/** What the golden tests of whole networks on the engine share: a device for a file's engines, and how far from PyTorch they are. */
import { afterAll, beforeAll } from 'vitest';

import { maxAbsDifference, relativeL2 } from '../../core/testing.ts';
import { reportGoldenInBrowser } from '../../models/testing/report-golden.ts';
import { openTestEngines, type TestEngines } from './execute/testing.ts';

export interface GoldenEngines {
  /** While the tests of the file run. */
  readonly engines: TestEngines;
  /** Keeps the largest difference of losses, statistics, weights or logits. */
  note(actual: ArrayLike<number>, expected: ArrayLike<number>): void;
  /** The gradients further off than they may be, in words; all are kept in their own measure, but for those without a tolerance. */
  farGradients(
    expected: Iterable<readonly [name: string, values: ArrayLike<number>]>,
    actual: (name: string, count: number) => ArrayLike<number>,
    toleranceOf: (name: string) => number | undefined,
  ): string[];
}

/** Opens a device before the tests of a file; after them reports the worst of `caseCount` cases of a golden folder. */
export function goldenEngines(folder: string, caseCount: number): GoldenEngines {
  const worst = { values: 0, gradients: 0 };
  let engines: TestEngines | undefined;
  beforeAll(async () => {
    engines = await openTestEngines();
  });
  afterAll(async () => {
    engines?.dispose();
    await reportGoldenInBrowser(`${folder} (engine)`, caseCount, worst.values);
    await reportGoldenInBrowser(`${folder} (gradients, relative)`, caseCount, worst.gradients);
  });
  return {
    get engines() {
      if (engines === undefined) throw new Error('The device is opened before the tests, not before that.');
      return engines;
    },
    note(actual, expected) {
      worst.values = Math.max(worst.values, maxAbsDifference(actual, expected));
    },
    farGradients(expected, actual, toleranceOf) {
      return [...expected].flatMap(([name, values]) => {
        const tolerance = toleranceOf(name);
        if (tolerance === undefined) return [];
        const off = relativeL2(actual(name, values.length), values);
        worst.gradients = Math.max(worst.gradients, off);
        return off <= tolerance ? [] : [`${name}: ${off}`];
      });
    },
  };
}
