/** `models:export` and `models:inspect` as a person runs them: what they write, what they refuse, and how they end. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpz } from '../core/formats/npz.ts';
import { writeSafetensors } from '../core/formats/safetensors.ts';
import { writeTorchCheckpoint } from '../core/formats/torch-writer.ts';
import { isAdapterName } from '../models/checkpoints/sam-names.ts';
import { ROOT } from './install.mjs';

// Each run compiles the commands anew.
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(script: string, args: readonly string[]): Promise<Ended> {
  const tsx = import.meta.resolve('tsx');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', tsx, join(ROOT, 'scripts', script), ...args],
      { cwd: ROOT },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
const exportModel = (...args: string[]) => run('models-export.ts', args);
const inspect = (...paths: string[]) => run('models-inspect.ts', paths);

/** Calls `os.system` when unpickled by Python: protocol 2, GLOBAL, one argument, REDUCE. */
const MALICIOUS = '\u0080\u0002cos\nsystem\nX\u0004\u0000\u0000\u0000true\u0085R.';

let folder = '';
let sam = '';
let lora = '';
const inFolder = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'equiseg-models-'));
  // The sizes that are looked for below are those of the project's own copy.
  const golden = join(ROOT, 'core/goldens/samed-tiny');
  const { config } = JSON.parse(readFileSync(join(golden, 'config.json'), 'utf8'));
  const npz = readNpz(new Uint8Array(readFileSync(join(golden, 'weights.npz'))));
  const tensors = (keep: (name: string) => boolean) =>
    new Map(
      npz.keys.filter(keep).map((name) => {
        const { shape, values } = npz.read(name);
        return [name, { shape, data: Float32Array.from(values, Number) }];
      }),
    );
  sam = inFolder('sam.pth');
  lora = inFolder('lora.safetensors');
  writeFileSync(sam, writeTorchCheckpoint(tensors((name) => !isAdapterName(name))));
  const saved = tensors((name) => !name.startsWith('image_encoder.'));
  writeFileSync(lora, writeSafetensors(saved, { heads: String(config.decoder_num_heads) }));
  writeFileSync(inFolder('cut.pth'), readFileSync(sam).subarray(0, 50_000));
  writeFileSync(inFolder('evil.pth'), MALICIOUS, 'latin1');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('models:export', () => {
  it('writes a SAMed with a record of what it is made of, which inspect reads', async () => {
    const out = inFolder('samed');
    const common = ['--weights', sam, '--lora', lora, '--size', '64'];
    const ended = await exportModel('--model', 'samed-custom', ...common, '--out', out);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain('side 64');
    expect(readdirSync(out).toSorted()).toEqual([
      'adapter.safetensors',
      'decoder.onnx',
      'encoder.onnx',
      'model.json',
    ]);
    const record = JSON.parse(readFileSync(join(out, 'model.json'), 'utf8'));
    expect(record).toMatchObject({ model: 'samed-custom', kind: 'samed', side: 64, precision: 'f32' });
    expect(record.sources.map(({ name }: { name: string }) => name)).toEqual(['sam.pth', 'lora.safetensors']);
    expect(record.sources[0].sha256).toMatch(/^[0-9a-f]{64}$/);

    const inspected = await inspect(join(out, 'encoder.onnx'), join(out, 'adapter.safetensors'));
    expect(inspected.stdout).toMatch(/encoder\.onnx: ONNX model by EquiSeg/);
    expect(inspected.stdout).toMatch(/input +image +float32 +\[N,3,64,64\]/);
    expect(inspected.stdout).toMatch(/lora_a +float32/);

    // A second run does not write over the first, and leaves it as it is.
    const again = await exportModel(...common, '--fp16', '--out', out);
    expect(again).toMatchObject({ code: 2 });
    expect(readdirSync(out)).toHaveLength(4);
  });

  it.each([
    [[], '--weights'],
    [['--weights', 'x', '--out', 'y', '--size', '100'], '--size'],
  ])('%j ends with 2 and says what is wrong', async (args, named) => {
    const ended = await exportModel(...args);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(named);
    expect(ended.stderr).toContain('Usage:');
  });

  it('refuses another model than the one asked for', async () => {
    const out = inFolder('other');
    const ended = await exportModel('--model', 'samed-vit-b', '--weights', sam, '--lora', lora, '--out', out);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.stderr).toContain('samed-custom');
  });

  it('names the half that is missing by its code, and leaves nothing behind', async () => {
    const out = inFolder('half');
    mkdirSync(out);
    const ended = await exportModel('--weights', lora, '--out', out);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('(model/needs-checkpoint)');
    expect(readdirSync(out)).toEqual([]);
  });
});

describe('a file that is none of a model', () => {
  it('is named where two are given', async () => {
    const ended = await exportModel(
      '--weights',
      sam,
      '--lora',
      inFolder('cut.pth'),
      '--out',
      inFolder('cut'),
    );
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^cut\.pth: .*\(zip\/damaged\)/);
  });

  it('is told to be a folder where it is one', async () => {
    const ended = await inspect(folder);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stderr).toMatch(/it is no file \(file\/unreadable\)/);
  });
});

describe('models:inspect', () => {
  it('says what checkpoints are and lists their tensors', async () => {
    const { code, stdout } = await inspect(sam, lora);
    expect(code).toBe(0);
    expect(stdout).toMatch(/sam\.pth: SAM 4 blocks of 32 channels/);
    expect(stdout).toMatch(/image_encoder\.pos_embed +float32 +\[1,8,8,32\]/);
    expect(stdout).toMatch(/lora\.safetensors: SAMed LoRA/);
  });

  it('tells a safetensors file from ONNX by its header, whatever the length of it begins with', async () => {
    const tensors = new Map([['weight', { shape: [1], data: new Float32Array(1) }]]);
    const withNote = (length: number) => writeSafetensors(tensors, { note: 'x'.repeat(length) });
    // ONNX begins with the byte 8, and so does the length of such a header.
    const bytes = Array.from({ length: 256 }, (_, length) => withNote(length)).find(([first]) => first === 8);
    writeFileSync(inFolder('eight.safetensors'), bytes ?? '');
    const { code, stdout } = await inspect(inFolder('eight.safetensors'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/weight +float32 +\[1\]/);
  });

  it('refuses a pickle that would run code, by name and code, and goes on with the next file', async () => {
    const ended = await inspect(inFolder('evil.pth'), lora);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stderr).toMatch(/^evil\.pth: .*os\.system.*\(pickle\/refused-object\)\n$/);
    expect(ended.stdout).toMatch(/^lora\.safetensors: SAMed LoRA/);
  });

  it('says that a file is not there', async () => {
    const ended = await inspect(inFolder('nowhere.pth'));
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stderr).toContain('(file/unreadable)');
  });
});
