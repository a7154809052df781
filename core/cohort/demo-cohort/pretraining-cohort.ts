/**
 * The cohort that SAMed-Tiny is pretrained on: eyes of the demo cohort's generator, all imaged as its majority's, from streams
 * of random numbers of their own. No eye of it is in a demo cohort, and of the minorities' images there is none in it.
 */
import { WorkbenchError } from '../../errors.ts';
import { createRandom } from '../../random.ts';
import { drawAnatomy } from './anatomy.ts';
import { drawDemographics } from './demographics.ts';
import { type DemoImage, paintFundus } from './fundus.ts';

/** Code of race in the dataset card whose imaging conditions all eyes have: White. */
const MAJORITY = 2;
const STREAM = 'pretraining-cohort';
/** Size of the real data set's images. */
const SIZE = { height: 664, width: 512 } as const;

export interface PretrainingCohort {
  readonly count: number;
  readonly seed: number;
  /** Image and mask of eye `index`, from 0. Errors: `cohort/bad-demo-settings` for an index out of range. */
  render(index: number): DemoImage;
}

/** A pretraining cohort; eye i depends on count, seed and i only. Images are drawn when asked for. */
export function createPretrainingCohort(count: number, seed: number): PretrainingCohort {
  const describe = drawDemographics(count, seed, STREAM);
  return {
    count,
    seed,
    render(index) {
      if (!Number.isInteger(index) || index < 0 || index >= count) {
        throw new WorkbenchError('cohort/bad-demo-settings', `The cohort has no eye ${index} of ${count}.`);
      }
      const random = createRandom(seed, `${STREAM}/eye/${index}`);
      const { age } = describe(index).codes;
      const anatomy = drawAnatomy(random, MAJORITY, age, SIZE.height, SIZE.width);
      return paintFundus(anatomy, SIZE.height, SIZE.width, seed, `${STREAM}/pixels/${index}`);
    },
  };
}
