/** The pretraining cohort: repeatable, no eye of a demo cohort in it, and none imaged as a minority's. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../random.ts';
import { createDemoCohort } from '../demo-cohort.ts';
import { drawAnatomy } from './anatomy.ts';
import { drawDemographics } from './demographics.ts';
import { type DemoImage, paintFundus } from './fundus.ts';
import { createPretrainingCohort } from './pretraining-cohort.ts';

const COUNT = 6;
const hash = ({ image, mask }: DemoImage) => createHash('sha256').update(image).update(mask).digest('hex');

describe('the pretraining cohort', () => {
  const cohort = createPretrainingCohort(COUNT, 3);

  it('draws the same eye whatever was asked for before, and others from another seed', () => {
    expect(hash(createPretrainingCohort(COUNT, 3).render(4))).toBe(hash(cohort.render(4)));
    expect(hash(createPretrainingCohort(COUNT, 4).render(4))).not.toBe(hash(cohort.render(4)));
  });

  it('shares no eye and no age with the demo cohort of its seed', () => {
    const demo = createDemoCohort({ count: COUNT, seed: 3 });
    const own = Array.from({ length: COUNT }, (_, index) => hash(cohort.render(index)));
    const theirs = Array.from({ length: COUNT }, (_, index) => hash(demo.render(index)));
    expect(own.filter((one) => theirs.includes(one))).toEqual([]);
    const [age, demoAge] = ['pretraining-cohort', 'demo-cohort'].map((name) => {
      const subject = drawDemographics(COUNT, 3, name);
      return Array.from({ length: COUNT }, (_, index) => subject(index).codes.age);
    });
    expect(age).not.toEqual(demoAge);
  });

  it('images every eye as the majority, though its subjects have every race', () => {
    const count = 40;
    const subject = drawDemographics(count, 3, 'pretraining-cohort');
    const races = Array.from({ length: count }, (_, index) => subject(index).codes.race);
    const eyes = createPretrainingCohort(count, 3);
    const imagedAs = (race: number, index: number) => {
      const random = createRandom(3, `pretraining-cohort/eye/${index}`);
      const anatomy = drawAnatomy(random, race, subject(index).codes.age, 664, 512);
      return hash(paintFundus(anatomy, 664, 512, 3, `pretraining-cohort/pixels/${index}`));
    };
    for (const race of [0, 1]) {
      const index = races.indexOf(race);
      expect(hash(eyes.render(index))).toBe(imagedAs(2, index));
      expect(hash(eyes.render(index))).not.toBe(imagedAs(race, index));
    }
  });

  it('refuses an eye that it does not have', () => {
    expect(() => cohort.render(COUNT)).toThrow('no eye 6 of 6');
    expect(() => cohort.render(0.5)).toThrow('no eye 0.5');
  });
});
