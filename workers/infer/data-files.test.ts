/** Which of the files that came with an .onnx file become part of the model. */
import { expect, it } from 'vitest';
import { encodeProgram, storedBytes } from '../../models/onnx/encode.ts';
import { inspectOnnx } from '../../models/onnx/inspect.ts';
import { lowerGraph } from '../../models/onnx/lower.ts';
import { createFilterBank } from '../../models/zoo/filter-bank.ts';
import { namedDataFiles } from './data-files.ts';

it('takes the files that the .onnx file names and no others', () => {
  const program = lowerGraph(createFilterBank().graph, 'f32');
  const bytes = encodeProgram(program, (weight) => ({
    location: 'weights.bin',
    offsetBytes: 0,
    lengthBytes: storedBytes(weight),
  }));
  const summary = inspectOnnx(bytes);
  const weights = new File(['weights'], 'weights.bin');
  const readme = new File(['read me'], 'README.md');
  expect(namedDataFiles(summary, [readme, weights])).toEqual([weights]);
  expect(namedDataFiles(summary, [readme])).toEqual([]);
  expect(namedDataFiles({ ...summary, dataFiles: [] }, [readme, weights])).toEqual([]);
});
