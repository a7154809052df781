/** `npm run demo -- --brief` on the built page: a report with its charts, and numbers that agree with one another. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { findChromium } from '../scripts/chromium.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MINIMUM_GROUP = 10;

interface Score {
  readonly value: number | null;
}
interface Evaluation {
  readonly images: readonly Readonly<Record<string, string | number>>[];
  readonly summary: {
    readonly metrics: readonly {
      readonly region: string;
      readonly metric: string;
      readonly overall: Score;
      readonly groupings: readonly {
        readonly id: string;
        readonly unknownCount: number;
        readonly groups: readonly {
          readonly name: string;
          readonly count: number;
          readonly mean: Score;
          readonly included: boolean;
        }[];
        readonly equityScaled: Score;
      }[];
    }[];
  };
}
interface Search {
  readonly pool: readonly string[];
  readonly target: readonly string[];
  readonly selection: readonly unknown[];
  readonly result: {
    /** Ids of samples, as in pool and target. */
    readonly selected: readonly string[];
    readonly selectionDistance: number;
    readonly poolDistance: number;
    readonly drawDistances: readonly number[];
  };
}
interface Report {
  readonly sections: readonly {
    readonly title: string;
    readonly statements: readonly string[];
    readonly figures: readonly { readonly title: string; readonly csv: string }[];
  }[];
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The means of an evaluation, computed anew from its images. */
function expectConsistent({ images, summary }: Evaluation): void {
  expect(images.length).toBeGreaterThan(MINIMUM_GROUP);
  let scaledCount = 0;
  for (const { region, metric, overall, groupings } of summary.metrics) {
    const scores = images.map((image) => image[`${region}_${metric}_fraction`]);
    if (!scores.every((score) => typeof score === 'number')) continue;
    const all = mean(scores);
    expect(overall.value).toBeCloseTo(all, 9);
    for (const { id, groups, unknownCount, equityScaled } of groupings) {
      const column = `group_${id.replace(':', '_')}`;
      if (images[0]?.[column] === undefined) continue;
      const gaps: number[] = [];
      for (const { name, count, mean: groupMean, included } of groups) {
        const own = scores.filter((_, index) => images[index]?.[column] === name);
        expect(own).toHaveLength(count);
        expect(included).toBe(count >= MINIMUM_GROUP);
        if (count === 0) continue;
        expect(groupMean.value).toBeCloseTo(mean(own), 9);
        if (included) gaps.push(Math.abs(all - mean(own)));
      }
      if (gaps.length < 2) expect(equityScaled.value).toBeNull();
      else if (unknownCount === 0 && gaps.length === groups.length) {
        const gap = gaps.reduce((sum, each) => sum + each, 0);
        expect(equityScaled.value).toBeCloseTo(all / (1 + gap), 9);
        scaledCount++;
      }
    }
  }
  expect(scaledCount).toBeGreaterThan(0);
}

test('the brief demo writes a report of charts and numbers that agree', async () => {
  const out = test.info().outputPath('demo');
  const command = ['--import', 'tsx', join(ROOT, 'e2e/demo.ts'), '--brief', '--out', out];
  const { stdout } = await promisify(execFile)(process.execPath, command, {
    cwd: ROOT,
    env: { ...process.env, CHROMIUM: findChromium() },
  });
  const read = (name: string) => readFileSync(join(out, name), 'utf8');
  const report = JSON.parse(read('report.json')) as Report;
  const html = read('report.html');

  const figures = report.sections.flatMap((section) => section.figures);
  expect(figures.length).toBeGreaterThan(5);
  expect(html.match(/<svg\b/g)?.length).toBeGreaterThanOrEqual(figures.length);
  // It must be readable anywhere, and ask nobody for anything.
  expect(html).not.toMatch(/(?:src|href)="(?!data:|#)/);
  for (const { title, csv } of figures) {
    expect(html).toContain(title.replaceAll('&', '&amp;'));
    expect(csv).not.toMatch(/\b(?:NaN|undefined|Infinity)\b/);
    expect(csv.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length).toBeGreaterThan(1);
  }
  for (const { statements } of report.sections) {
    for (const statement of statements) expect(stdout).toContain(statement);
  }

  const evaluation = JSON.parse(read('evaluation-pretrained.json')) as Evaluation;
  expectConsistent(evaluation);
  const dice = evaluation.summary.metrics.find(
    ({ region, metric }) => region === 'overall' && metric === 'dice',
  );
  expect(stdout).toContain(`${(100 * (dice?.overall.value ?? Number.NaN)).toFixed(1)}%`);

  const { pool, target, selection, result } = JSON.parse(read('search-greedy.json')) as Search;
  expect(new Set(result.selected).size).toBe(selection.length);
  expect(result.selected.filter((id) => !pool.includes(id))).toEqual([]);
  expect(target.length).toBeGreaterThan(0);
  const distances = [result.selectionDistance, result.poolDistance, ...result.drawDistances];
  for (const distance of distances) expect(distance).toBeGreaterThan(0);
  // What the search is for.
  expect(result.selectionDistance).toBeLessThan(mean(result.drawDistances));

  const pictures = readdirSync(out).filter((name) => name.endsWith('.png'));
  expect(pictures.length).toBeGreaterThanOrEqual(figures.length);
  for (const name of pictures) {
    const bytes = readFileSync(join(out, name));
    expect(bytes.subarray(1, 4).toString('latin1'), name).toBe('PNG');
    expect(bytes.readUInt32BE(16) * bytes.readUInt32BE(20), name).toBeGreaterThan(10_000);
  }
});
