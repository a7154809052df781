/** Reading files: what we write is read back, what is damaged is refused, and roles are matched with reasons. */
import { describe, expect, it } from 'vitest';

import { WorkbenchError } from '../../core/errors.ts';
import { createBaselineSegmenter } from '../zoo/baseline-segmenter.ts';
import { createFilterBank, FILTER_BANK_FEATURE_COUNT } from '../zoo/filter-bank.ts';
import { inspectOnnx, type OnnxSummary, type OnnxValue } from './inspect.ts';
import { matchInterface, matchOutput, type NetworkRole } from './interface.ts';
import { OPSET_VERSION } from './encode.ts';
import { lowerToOnnx } from './lower.ts';
import { intField, joinChunks, messageField, readFields, readPackedInts, stringField } from './protobuf.ts';

const file = lowerToOnnx(createFilterBank());

describe('inspection', () => {
  it('reads back what was written', () => {
    expect(inspectOnnx(file)).toMatchObject({
      opset: OPSET_VERSION,
      producer: 'EquiSeg',
      graphName: 'filter-bank',
      foreignOperatorSets: [],
      dataFiles: [],
      inputs: [{ name: 'image', elementType: 'float32', shape: ['N', 1, 128, 128] }],
      outputs: [{ name: 'features', elementType: 'float32', shape: ['N', FILTER_BANK_FEATURE_COUNT] }],
    });
  });

  it('refuses every truncation of a file with a code, never with another error', () => {
    for (let length = 0; length < file.length; length += 7) {
      expect(() => inspectOnnx(file.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'onnx/damaged' }),
      );
    }
  });

  it('reads or refuses a file with any byte changed, without running away', () => {
    const outcome = (bytes: Uint8Array): string => {
      try {
        inspectOnnx(bytes);
        return 'read';
      } catch (error) {
        return error instanceof WorkbenchError ? error.code : String(error);
      }
    };
    const outcomes = new Set<string>();
    for (let at = 0; at < file.length; at += 11) {
      const changed = file.slice();
      changed[at] = 0xff - (changed[at] as number);
      outcomes.add(outcome(changed));
    }
    expect([...outcomes].toSorted()).toEqual(['onnx/damaged', 'read']);
  });

  it('tells weights among the inputs and weights in other files', () => {
    const entry = (key: string, value: string) =>
      messageField(13, [...stringField(1, key), ...stringField(2, value)]);
    const tensor = joinChunks([
      ...stringField(8, 'w'),
      ...intField(1, 5),
      ...intField(2, 1),
      ...entry('location', 'w.data'),
      ...entry('offset', '4096'),
      ...intField(14, 1),
    ]);
    const value = (name: string) => [...stringField(1, name)];
    const graph = [
      ...messageField(1, [...stringField(4, 'Relu')]),
      ...messageField(5, [tensor]),
      ...messageField(11, value('x')),
      ...messageField(11, value('w')),
      ...messageField(12, value('y')),
    ];
    const summary = inspectOnnx(joinChunks(messageField(7, graph)));
    expect(summary.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(summary).toMatchObject({ parameterCount: 5, dataFiles: ['w.data'] });
  });
});

describe('the wire format', () => {
  it('keeps negative and large numbers', () => {
    for (const value of [0, 1, 127, 128, 2 ** 40, -1]) {
      expect([...readFields(joinChunks(intField(3, value)))]).toEqual([{ field: 3, kind: 'int', value }]);
    }
  });

  it('reads packed numbers and refuses an endless one', () => {
    expect(readPackedInts({ field: 1, kind: 'bytes', bytes: Uint8Array.of(5, 0x80, 0x01) })).toEqual([
      5, 128,
    ]);
    expect(() => [...readFields(new Uint8Array(20).fill(0xff))]).toThrow('longer than ten bytes');
  });
});

function summaryOf(input: Partial<OnnxValue>, outputs: readonly Partial<OnnxValue>[]): OnnxSummary {
  const value = (name: string, fields: Partial<OnnxValue>): OnnxValue => ({
    name,
    elementType: 'float32',
    shape: null,
    ...fields,
  });
  return {
    ...inspectOnnx(file),
    inputs: [value('x', input)],
    outputs: outputs.map((output, i) => value(`out${i}`, output)),
  };
}

describe('matching a network to its role', () => {
  it('takes our own models as they are', () => {
    expect(matchInterface(inspectOnnx(lowerToOnnx(createBaselineSegmenter())), 'segmenter')).toMatchObject({
      input: { name: 'image', channels: 1, side: 512, batch: null },
      outputName: 'logits',
    });
  });

  it('takes free sides and fixed batches, and the first output that fits', () => {
    const summary = summaryOf({ shape: [2, 3, 'h', 'w'] }, [
      { shape: [2, 5, 8, 8] },
      { shape: ['b', 3, null, null] },
    ]);
    const found = matchInterface(summary, 'segmenter');
    expect(found).toMatchObject({ input: { channels: 3, side: null, batch: 2 }, outputName: 'out1' });
    expect(found.assumptions.join(' ')).toContain("'out1'");
  });

  it.each<[string, NetworkRole, Partial<OnnxValue>, Partial<OnnxValue>, string]>([
    ['four channels', 'segmenter', { shape: [1, 224, 224, 4] }, {}, "'x' float32 [1,224,224,4]"],
    ['half precision', 'extractor', { shape: [1, 3, 8, 8], elementType: 'float16' }, {}, 'float16'],
    ['an image that is not square', 'extractor', { shape: [1, 3, 8, 9] }, {}, 'not square'],
    [
      'two classes',
      'segmenter',
      { shape: [1, 3, 8, 8] },
      { shape: [1, 2, 8, 8] },
      "'out0' float32 [1,2,8,8]",
    ],
    ['tokens', 'extractor', { shape: [1, 3, 8, 8] }, { shape: [1, 197, 768] }, '[1,197,768]'],
    ['integer features', 'extractor', { shape: [1, 3, 8, 8] }, { elementType: 'int64' }, 'int64'],
  ])('refuses %s and says what was found', (_, role, input, output, found) => {
    const match = () => matchInterface(summaryOf(input, [output]), role);
    expect(match).toThrow(expect.objectContaining({ code: 'onnx/unsupported-interface' }));
    expect(match).toThrow(found);
  });

  it('finds channels that are last, and takes what a person says of pixels and classes', () => {
    const summary = summaryOf({ shape: [null, 64, 64, 3] }, [{ shape: [null, 16, 16, 3] }]);
    const found = matchInterface(summary, 'segmenter');
    expect(found).toMatchObject({ input: { channels: 3, side: 64 }, mapping: { axes: 'channels-last' } });
    expect(found.assumptions.join(' ')).toContain('Channels are the last axis');
    const wanted = { ...found.mapping, mean: [0.5, 0.5, 0.5], classOrder: [1, 0, 2] };
    const mapped = matchInterface(summary, 'segmenter', [], wanted);
    expect(mapped.mapping).toEqual(wanted);
    expect(mapped.assumptions.join(' ')).toContain('the mean 0.5, 0.5, 0.5 is subtracted');
    expect(mapped.assumptions.join(' ')).toContain('channel 1 is background, 0 is rim and 2 is cup');
    const wrong = { ...wanted, axes: 'channels-first' } as const;
    expect(() => matchInterface(summary, 'segmenter', [], wrong)).toThrow('not where they were said to be');
  });

  it('refuses several inputs and weights in other files', () => {
    const summary = summaryOf({ shape: [1, 3, 8, 8] }, [{}]);
    const twice = { ...summary, inputs: [...summary.inputs, ...summary.inputs] };
    expect(() => matchInterface(twice, 'extractor')).toThrow('has 2 inputs');
    const external = { ...summary, dataFiles: ['w.data'] };
    expect(() => matchInterface(external, 'extractor')).toThrow('another file: w.data');
    expect(() => matchInterface(external, 'extractor', ['w.data'])).not.toThrow();
  });

  it('checks what was really returned', () => {
    expect(matchOutput('extractor', [2, 7], 2, 'channels-last')).toEqual({
      channels: 7,
      height: 1,
      width: 1,
      axes: 'channels-first',
    });
    expect(matchOutput('segmenter', [2, 3, 4, 5], 2, 'channels-last')).toEqual({
      channels: 3,
      height: 4,
      width: 5,
      axes: 'channels-first',
    });
    const last = { channels: 3, height: 4, width: 5, axes: 'channels-last' };
    expect(matchOutput('segmenter', [2, 4, 5, 3], 2, 'channels-first')).toEqual(last);
    expect(matchOutput('extractor', [2, 4, 5, 3], 2, 'channels-last')).toEqual(last);
    for (const [role, dims] of [
      ['segmenter', [2, 4, 4, 4]],
      ['segmenter', [2, 3]],
      ['extractor', [1, 7]],
      ['extractor', [2, 7, 7]],
    ] as const) {
      expect(() => matchOutput(role, dims, 2, 'channels-first')).toThrow(`[${dims.join(',')}]`);
    }
  });
});
