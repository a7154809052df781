/**
 * Every operation and whole models as files: read back by our own inspector, and through ONNX's own checker and shape
 * inference where a Python with the `onnx` package is on the machine.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { goldensFolder } from '../../core/goldens.ts';
import type { Model } from '../graph/graph.ts';
import { foldNorms } from '../rewrite/fold-norms.ts';
import { opCases } from '../reference/op-cases.ts';
import { readSamedGolden } from '../testing/samed-golden.ts';
import { readTransUnetCases } from '../testing/transunet-golden.ts';
import { createBaselineSegmenter } from '../zoo/baseline-segmenter.ts';
import { createFilterBank } from '../zoo/filter-bank.ts';
import { createSamedDecoder, createSamedEncoder } from '../zoo/samed.ts';
import { inspectOnnx } from './inspect.ts';
import { lowerToOnnx } from './lower.ts';
import { OPSET_VERSION } from './encode.ts';

/** Checks every file named on the command line, types and shapes included; prints the refused ones. */
const SCRIPT = `
import sys, onnx
for path in sys.argv[1:]:
    try:
        onnx.checker.check_model(path, full_check=True)
    except Exception as error:
        print(path, error)
`;

const pythons = ['python3', '/usr/bin/python3']
  .filter((command) => spawnSync(command, ['-c', 'import onnx']).status === 0)
  .slice(0, 1);

const modelsOf = async (): Promise<Model[]> => {
  const bytesOf = (golden: string) => async (file: string) =>
    new Uint8Array(await readFile(join(goldensFolder(golden), file)));
  const samed = await readSamedGolden(bytesOf('samed-tiny'));
  const transUnets = await readTransUnetCases(bytesOf('transunet-tiny'));
  return [
    ...opCases.map(({ model }) => model),
    createBaselineSegmenter(),
    createFilterBank(),
    { graph: createSamedEncoder(samed.configuration), params: samed.params },
    { graph: createSamedDecoder(samed.configuration), params: samed.params },
    ...transUnets.map(({ model }) => foldNorms(model)),
  ];
};

const PRECISIONS = ['f32', 'f16'] as const;

it.each(PRECISIONS)('our own inspector finds what every model says of itself, in %s', async (precision) => {
  for (const model of await modelsOf()) {
    const { inputs, outputs, opset } = inspectOnnx(lowerToOnnx(model, precision));
    expect(inputs.map(({ name }) => name)).toEqual(model.graph.inputs.map(({ name }) => name));
    expect(outputs.map(({ name }) => name)).toEqual(model.graph.outputs.map(({ name }) => name));
    expect(opset).toBe(OPSET_VERSION);
  }
});

// None where there is none: a skipped test counts as failed, and the workbench needs no Python.
describe.each(pythons)('the checker of the Python package onnx, by %s', (python) => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'equiseg-onnx-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function refusals(files: readonly Uint8Array[]): string {
    const paths = files.map((bytes, i) => {
      const path = join(folder, `${i}.onnx`);
      writeFileSync(path, bytes);
      return path;
    });
    const { status, stdout, stderr } = spawnSync(python, ['-c', SCRIPT, ...paths], {
      encoding: 'utf8',
    });
    return status === 0 ? stdout : stderr;
  }

  it.each(PRECISIONS)('accepts every operation and the models of the zoo in %s', async (precision) => {
    expect(refusals((await modelsOf()).map((model) => lowerToOnnx(model, precision)))).toBe('');
  });

  it('refuses a file that is none, so that an empty answer means something', () => {
    expect(refusals([lowerToOnnx(createFilterBank()).slice(0, -20)])).toContain('0.onnx');
  });
});
