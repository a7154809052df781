/** The command that writes a demo cohort: what it accepts, what it refuses, what it leaves behind. */
import { execFileSync, spawnSync } from 'node:child_process';
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

/** A Python with NumPy, where the machine has one. */
const python = ['python3', '/usr/bin/python3'].find(
  (path) => spawnSync(path, ['-c', 'import numpy']).status === 0,
);

/** Prints, for every file of a folder, what NumPy reads of it: dtype, shape and sum of each array. */
const READ_WITH_NUMPY = `
import json, pathlib, sys
import numpy as np
print(json.dumps({
    path.name: {
        key: [array.dtype.str, list(array.shape), float(array.astype(np.float64).sum())]
        for key, array in np.load(path, allow_pickle=False).items()
    }
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.npz"))
}))`;

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

  // Registered only where there is something to compare with: a skipped test would count as failed.
  it.each(python === undefined ? [] : [python])('leaves files that NumPy reads (%s)', (command) => {
    const spec = { count: 3, seed: 5, size: { height: 256, width: 192 } };
    writeDemoCohort({ spec, outDir: folder }, () => undefined);
    const read = JSON.parse(execFileSync(command, ['-c', READ_WITH_NUMPY, folder], { encoding: 'utf8' })) as {
      [file: string]: { [key: string]: [dtype: string, shape: number[], sum: number] };
    };
    const cohort = createDemoCohort(spec);
    const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
    const expected = [0, 1, 2].map((index) => {
      const { name, codes } = cohort.describe(index);
      const { image, mask } = cohort.render(index);
      const arrays = {
        fundus_slo: ['|u1', [256, 192], sum(image)],
        disc_cup_borders: ['|i1', [256, 192], sum(mask)],
        race: ['<i4', [], codes.race],
        gender: ['<i4', [], codes.gender],
        ethnicity: ['<i4', [], codes.ethnicity],
        language: ['<i4', [], codes.language],
        marriagestatus: ['<i4', [], codes.maritalStatus],
        age: ['<f8', [], codes.age],
      };
      return [name, arrays];
    });
    expect(read).toEqual(Object.fromEntries(expected));
  });
});
