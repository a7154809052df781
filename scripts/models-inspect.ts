/**
 * Says what model files are: `npm run models:inspect -- FILE...`. Checkpoints of PyTorch, .safetensors, .npz and ONNX files
 * are told apart by content. Nothing in a file is executed; one that asks for it is refused by its error code.
 */
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { WorkbenchError } from '../core/errors.ts';
import type { ByteSource } from '../core/formats/byte-source.ts';
import { openTensorSource, type TensorSource } from '../core/formats/tensor-source.ts';
import { recogniseCheckpoint } from '../models/checkpoints/recognise.ts';
import { inspectOnnx, type OnnxValue } from '../models/onnx/inspect.ts';
import { failWith, openFile, UsageError } from './model-files.ts';

const USAGE = 'npm run models:inspect -- FILE...';

/** The first field of every ONNX file that writers make, the version of its format. */
const ONNX_START = 0x08;
/** Where the header of a safetensors file begins, which is JSON; the length before it may begin with any byte. */
const HEADER_START = 8;
const BRACE = 0x7b;

/** Columns of text, each as wide as its widest cell. */
function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const formatShape = (shape: readonly (number | string | null)[]) =>
  `[${shape.map((size) => size ?? '?').join(',')}]`;
const formatCount = (count: number) => count.toLocaleString('en');

function describeTensors({ tensors, metadata }: TensorSource): string {
  const rows = [...tensors.values()].map(({ name, dtype, shape }) => [name, dtype, formatShape(shape)]);
  const valueCount = [...tensors.values()].reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  const facts = [...metadata].map(([name, value]) => `${name}: ${String(value)}\n`).join('');
  return `${formatCount(tensors.size)} tensors, ${formatCount(valueCount)} values\n${facts}${formatTable(rows)}`;
}

async function describeCheckpoint(file: ByteSource, name: string): Promise<string> {
  const source = await openTensorSource(file, name);
  let words: string;
  try {
    words = recogniseCheckpoint(source).words;
  } catch (error) {
    // A readable file of an unknown model is still worth listing.
    if (!(error instanceof WorkbenchError)) throw error;
    words = error.message;
  }
  return `${words}\n${describeTensors(source)}`;
}

async function describeOnnx(file: ByteSource): Promise<string> {
  const summary = inspectOnnx(await file.read(0, file.sizeBytes));
  const { opset, producer, nodeCount, parameterCount, dataFiles, foreignOperatorSets } = summary;
  const row = (role: string) => (value: OnnxValue) => [
    role,
    value.name,
    value.elementType,
    value.shape === null ? 'of any shape' : formatShape(value.shape),
  ];
  return [
    `ONNX model${producer === '' ? '' : ` by ${producer}`}, operator set ${opset}, ${formatCount(nodeCount)} operators, ${formatCount(parameterCount)} weights`,
    ...(foreignOperatorSets.length > 0 ? [`operators of ${foreignOperatorSets.join(', ')} too`] : []),
    ...(dataFiles.length > 0 ? [`its weights lie in ${dataFiles.join(', ')}`] : []),
    formatTable([...summary.inputs.map(row('input')), ...summary.outputs.map(row('output'))]),
  ].join('\n');
}

/** What a file is, in words and with its tensors. Errors: `file/*`, `onnx/damaged`, those of opening checkpoints. */
async function describeModelFile(path: string): Promise<string> {
  const file = openFile(path);
  const start = await file.read(0, Math.min(HEADER_START + 1, file.sizeBytes));
  const name = basename(path);
  const isOnnx = start[0] === ONNX_START && start[HEADER_START] !== BRACE;
  const text = isOnnx ? await describeOnnx(file) : await describeCheckpoint(file, name);
  return `${name}: ${text}`;
}

/** Prints what a file is, or why it cannot be told: the other files are read all the same. */
async function inspectFile(path: string): Promise<void> {
  try {
    console.log(await describeModelFile(resolve(path)));
  } catch (error) {
    failWith(error, USAGE, basename(path));
  }
}

async function main(args: readonly string[]): Promise<void> {
  try {
    const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
    if (positionals.length === 0) throw new UsageError('Name at least one file.');
    for (const path of positionals) await inspectFile(path);
  } catch (error) {
    failWith(error, USAGE);
  }
}

await main(process.argv.slice(2));
