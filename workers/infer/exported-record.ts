/** The record that the command line writes beside a model it exports: model.json says which files make which model. */
import { WorkbenchError } from '../../core/errors.ts';
import type { ConvertedModel } from '../../models/convert/conversion.ts';
import type { SourceFile } from '../api/compute.ts';

export interface ExportedRecord {
  readonly converted: ConvertedModel;
  readonly sources: readonly SourceFile[];
  readonly unused: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

function damaged(what: string): WorkbenchError {
  return new WorkbenchError(
    'model/not-convertible',
    `model.json is no record of an exported model: ${what}.`,
    {
      hint: 'Export the model again with npm run models:export.',
    },
  );
}

function requireFields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null) throw damaged(`${what} is missing`);
  return value as Fields;
}

function requireText(value: unknown, what: string): string {
  if (typeof value !== 'string') throw damaged(`${what} is no text`);
  return value;
}

function requireNumber(value: unknown, what: string): number {
  if (typeof value !== 'number') throw damaged(`${what} is no number`);
  return value;
}

function requireList(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw damaged(`${what} is no list`);
  return value;
}

function oneOf<T extends string>(value: unknown, choices: readonly T[], what: string): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw damaged(`${what} is none of ${choices.join(', ')}`);
  return found;
}

/** Reads a record. Errors: `model/not-convertible` naming what is missing. */
export function parseRecord(text: string): ExportedRecord {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged('it is no JSON');
  }
  const record = requireFields(json, 'everything');
  const graphs = requireList(record['graphs'], 'the list of graphs').map((entry) => {
    const graph = requireFields(entry, 'a graph');
    const { dataFile } = graph;
    return {
      part: oneOf(graph['part'], ['encoder', 'decoder', 'whole'], 'the part of a graph'),
      file: requireText(graph['file'], 'the file of a graph'),
      dataFile: dataFile === null ? null : requireText(dataFile, 'the data file of a graph'),
    };
  });
  if (graphs.length === 0) throw damaged('the list of graphs is empty');
  const adapter = record['adapter'] === null ? null : requireFields(record['adapter'], 'the adapter');
  return {
    converted: {
      kind: oneOf(record['kind'], ['samed', 'sam-encoder', 'inception-v3', 'transunet'], 'the kind'),
      words: requireText(record['words'], 'the words'),
      role: oneOf(record['role'], ['segmenter', 'extractor'], 'the role'),
      precision: oneOf(record['precision'], ['f32', 'f16'], 'the precision'),
      side: requireNumber(record['side'], 'the side'),
      graphs,
      adapter: adapter && {
        file: requireText(adapter['file'], 'the file of the adapter'),
        rank: requireNumber(adapter['rank'], 'the rank of the adapter'),
      },
    },
    sources: requireList(record['sources'], 'the list of sources').map((entry) => {
      const source = requireFields(entry, 'a source');
      return {
        name: requireText(source['name'], 'the name of a source'),
        sizeBytes: requireNumber(source['sizeBytes'], 'the size of a source'),
        sha256: requireText(source['sha256'], 'the hash of a source'),
        words: requireText(source['words'], 'the words of a source'),
      };
    }),
    unused: requireList(record['unused'], 'the list of unused tensors').map((name) =>
      requireText(name, 'an unused tensor'),
    ),
  };
}

/** The names of all files of an exported model. */
export function filesOfRecord({ converted: { graphs, adapter } }: ExportedRecord): string[] {
  const graphFiles = graphs.flatMap(({ file, dataFile }) => [file, ...(dataFile === null ? [] : [dataFile])]);
  return [...graphFiles, ...(adapter === null ? [] : [adapter.file])];
}
