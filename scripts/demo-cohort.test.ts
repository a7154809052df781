/** The command that writes a demo cohort: what it accepts, what it refuses, what it leaves behind. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDemoCohort, demoSampleFile } from '../core/cohort/demo-cohort.ts';
import { parseDemoCohortArguments, UsageError, writeDemoCohort } from './demo-cohort.ts';

describe('arguments of demo-cohort', () => {
  it('are read, with defaults', () => {
    expect(parseDemoCohortArguments(['--out', 'somewhere'])).toEqual({
      spec: { count: 200, seed: 1, size: { height: 664, width: 512 } },
      outDir: resolve('somewhere'),
    });
    const all = ['--count', '12', '--out=x', '--seed', '7', '--size', '512x512'];
    expect(parseDemoCohortArguments(all).spec).toEqual({
      count: 12,
      seed: 7,
      size: { height: 512, width: 512 },
    });
  });

  it.each([
    [[], '--out'],
    [['--out', 'x', '--count', '0'], '--count'],
    [['--out', 'x', '--count', '10001'], '--count'],
    [['--out', 'x', '--count', '2.5'], '--count'],
    [['--out', 'x', '--count', ''], '--count'],
    [['--out', 'x', '--seed', 'seven'], '--seed'],
    [['--out', 'x', '--size', '10x10'], '--size'],
    [['--out', 'x', '--size', 'toString'], '--size'],
    [['--out', 'x', '--colour', 'red'], '--colour'],
    [['--out', 'x', 'stray'], 'stray'],
  ])('%j are refused by name', (args, named) => {
    expect(() => parseDemoCohortArguments(args)).toThrow(UsageError);
    expect(() => parseDemoCohortArguments(args)).toThrow(named);
  });
});

describe('writing a demo cohort', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'equiseg-demo-cohort-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('leaves the files of the generator and the two lists', () => {
    const command = parseDemoCohortArguments(['--count', '5', '--out', folder, '--size', '512x512']);
    const steps: number[] = [];
    const summary = writeDemoCohort(command, (done) => steps.push(done));
    const cohort = createDemoCohort(command.spec);
    const names = Array.from({ length: 5 }, (_, i) => cohort.describe(i).name);
    expect(readdirSync(folder).toSorted()).toEqual([...names, 'test.txt', 'train.txt']);
    expect(new Uint8Array(readFileSync(join(folder, 'data_00003.npz')))).toEqual(
      demoSampleFile(command.spec, 2),
    );
    const listed = ['train', 'test'].flatMap((split) =>
      readFileSync(join(folder, `${split}.txt`), 'utf8')
        .trimEnd()
        .split('\n'),
    );
    expect(listed.toSorted()).toEqual(names);
    expect(summary).toMatchObject({ fileCount: 5, trainCount: 4, testCount: 1 });
    expect(steps).toEqual([1, 2, 3, 4, 5]);
    expect(() => writeDemoCohort(command, () => undefined)).toThrow('not empty');
  });
});
