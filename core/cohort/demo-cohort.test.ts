/** The demo cohort: repeatable, true to its marginals, and readable as real samples are. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readNpz } from '../formats/npz.ts';
import { createDemoCohort, DEMO_IMAGING_DIFFERENCES, demoSampleFile } from './demo-cohort.ts';
import { type DemoImage } from './demo-cohort/fundus.ts';
import { readSample } from './read-sample.ts';

const SMALL = { height: 160, width: 128 };

function hash(picture: DemoImage): string {
  return createHash('sha256').update(picture.image).update(picture.mask).digest('hex');
}

function countRaces(cohort: ReturnType<typeof createDemoCohort>, split?: string): number[] {
  const counts = [0, 0, 0];
  for (let i = 0; i < cohort.count; i++) {
    const subject = cohort.describe(i);
    const { race } = subject.codes;
    if (split === undefined || subject.split === split) counts[race] = (counts[race] as number) + 1;
  }
  return counts;
}

describe('demo cohort', () => {
  it('draws the same sample whatever was asked for before', () => {
    const first = createDemoCohort({ count: 20, seed: 5, size: SMALL });
    const second = createDemoCohort({ count: 20, seed: 5, size: SMALL });
    for (const index of [3, 19, 0]) second.render(index);
    expect(hash(second.render(7))).toBe(hash(first.render(7)));
    expect(second.describe(7)).toEqual(first.describe(7));
    expect(hash(first.render(8))).not.toBe(hash(first.render(7)));
    expect(hash(createDemoCohort({ count: 20, seed: 6, size: SMALL }).render(7))).not.toBe(
      hash(first.render(7)),
    );
  });

  it('has exactly the published counts at full size, in both splits', () => {
    const cohort = createDemoCohort({ count: 10_000, seed: 1 });
    expect(countRaces(cohort)).toEqual([919, 1473, 7608]);
    expect(countRaces(cohort, 'test')).toEqual([169, 299, 1532]);
    expect(countRaces(cohort, 'train')).toEqual([750, 1174, 6076]);
  });

  it('keeps the proportions at 200', () => {
    const cohort = createDemoCohort({ count: 200, seed: 9 });
    expect(countRaces(cohort)).toEqual([18, 30, 152]);
    expect(countRaces(cohort, 'test')).toEqual([3, 6, 31]);
  });

  it('has plausible people, some attributes unknown, ages in years', () => {
    const cohort = createDemoCohort({ count: 1000, seed: 2 });
    const subjects = Array.from({ length: 1000 }, (_, i) => cohort.describe(i));
    const ages = subjects.map((subject) => subject.codes.age);
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(18);
    expect(Math.max(...ages)).toBeLessThanOrEqual(95);
    const mean = ages.reduce((sum, age) => sum + age, 0) / ages.length;
    expect(mean).toBeGreaterThan(57);
    expect(mean).toBeLessThan(64);
    const count = (key: 'gender' | 'ethnicity' | 'language' | 'maritalStatus', code: number) =>
      subjects.filter((subject) => subject.codes[key] === code).length;
    expect([count('gender', 0), count('gender', 1)]).toEqual([580, 420]);
    expect([count('ethnicity', -1), count('language', -1), count('maritalStatus', -1)]).toEqual([60, 50, 20]);
    expect(subjects[41]?.name).toBe('data_00042.npz');
  });

  it('draws a cup inside a disc inside the central crop, at both sizes', () => {
    for (const size of [
      { height: 664, width: 512 },
      { height: 512, width: 512 },
    ]) {
      const cohort = createDemoCohort({ count: 12, seed: 3, size });
      for (let i = 0; i < cohort.count; i++) {
        const { mask, image } = cohort.render(i);
        const top = (size.height - 512) / 2;
        let [cup, rim, touching, outside] = [0, 0, 0, 0];
        mask.forEach((label, at) => {
          if (label === 0) return;
          const y = Math.floor(at / size.width);
          if (y < top || y >= top + 512) outside++;
          if (label === -1) rim++;
          else cup++;
          const neighbours = [at - 1, at + 1, at - size.width, at + size.width];
          if (label === -2 && neighbours.some((next) => mask[next] === 0)) touching++;
        });
        expect({ touching, outside }).toEqual({ touching: 0, outside: 0 });
        expect(cup).toBeGreaterThan(300);
        expect(rim).toBeGreaterThan(1000);
        expect(new Set(mask)).toEqual(new Set([0, -1, -2]));
        expect(new Set(image).size).toBeGreaterThan(60);
      }
    }
  });

  it('makes the declared difference of brightness visible in the pixels', () => {
    const cohort = createDemoCohort({ count: 120, seed: 4, size: SMALL });
    const means: number[][] = [[], [], []];
    for (let i = 0; i < cohort.count; i++) {
      const { image } = cohort.render(i);
      means[cohort.describe(i).codes.race]?.push(image.reduce((sum, value) => sum + value, 0) / image.length);
    }
    const [, black, white] = means.map(
      (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
    );
    expect(DEMO_IMAGING_DIFFERENCES[1].brightness).toBeLessThan(DEMO_IMAGING_DIFFERENCES[2].brightness);
    expect(black).toBeLessThan((white as number) - 10);
  });

  it('refuses settings it cannot draw', () => {
    const refused = expect.objectContaining({ code: 'cohort/bad-demo-settings' });
    expect(() => createDemoCohort({ count: 0, seed: 1 })).toThrow(refused);
    expect(() => createDemoCohort({ count: 10, seed: -1 })).toThrow(refused);
    expect(() => createDemoCohort({ count: 10, seed: 1, size: { height: 64, width: 64 } })).toThrow(refused);
    expect(() => createDemoCohort({ count: 10, seed: 1 }).render(10)).toThrow(refused);
  });
});

describe('demo sample file', () => {
  const spec = { count: 10, seed: 8, size: SMALL };

  it('is read back as what was drawn', () => {
    const cohort = createDemoCohort(spec);
    const file = readNpz(demoSampleFile(spec, 4));
    const { codes } = cohort.describe(4);
    const picture = cohort.render(4);
    expect(file.read('fundus_slo').shape).toEqual([160, 128]);
    expect(file.read('fundus_slo').values).toEqual(picture.image);
    expect(file.read('disc_cup_borders').values).toEqual(picture.mask);
    const keys = { race: codes.race, marriagestatus: codes.maritalStatus, age: codes.age };
    for (const [key, code] of Object.entries(keys)) expect(file.read(key).values[0]).toBe(code);
  });

  it('goes through the reader of real samples without a note', () => {
    const { codes } = createDemoCohort(spec).describe(4);
    const sample = readSample(demoSampleFile(spec, 4));
    expect(sample.codes).toEqual(codes);
    expect(sample.notes).toEqual([]);
    expect(sample.maskCounts.cup).toBeGreaterThan(0);
  });

  it('has the same bytes every time, also between samples of another cohort', () => {
    const before = demoSampleFile(spec, 4);
    demoSampleFile({ ...spec, seed: 9 }, 4);
    expect(demoSampleFile(spec, 4)).toEqual(before);
  });
});
