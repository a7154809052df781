/** Title and hint of every error code. The type makes the list complete: a new code does not compile without its entry. */
import type { ErrorCode } from '../../core/errors.ts';

export interface ErrorEntry {
  /** What happened, in a few words. */
  readonly title: string;
  /** What to do about it. */
  readonly hint: string;
}

export const ERROR_CATALOGUE: Readonly<Record<ErrorCode, ErrorEntry>> = {
  'zip/damaged': {
    title: 'Damaged archive',
    hint: 'The file was cut short or altered. Copy or download it again and drop it once more.',
  },
  'zip/unsupported': {
    title: 'Unsupported kind of archive',
    hint: 'Write it again with numpy.savez or numpy.savez_compressed.',
  },
  'zip/entry-too-large': {
    title: 'Array too large',
    hint: 'The file claims an array larger than the workbench reads. Check that it is a sample of one image.',
  },
  'npy/damaged': {
    title: 'Damaged array',
    hint: 'An array inside the file cannot be read. Write the file again with NumPy.',
  },
  'npy/object-array': {
    title: 'Pickled Python object',
    hint: 'Pickles can run code and are never opened. Save the value as a plain number or array.',
  },
  'npy/unsupported-dtype': {
    title: 'Unsupported number type',
    hint: 'Save the array as an integer or float type of at most 64 bits.',
  },
  'png/damaged': {
    title: 'Damaged PNG',
    hint: 'Write the mask again as an 8-bit grey PNG.',
  },
  'png/unsupported': {
    title: 'Unsupported kind of PNG',
    hint: 'Save the mask as a grey or palette PNG with one value for each class.',
  },
  'file/unreadable': {
    title: 'File cannot be read',
    hint: 'It may have been moved, or the permission withdrawn. Drop its folder again.',
  },
  'file/changed': {
    title: 'File has changed',
    hint: 'Its content is no longer what was read. Drop it again, so that results refer to the new content.',
  },
  'file/too-large': {
    title: 'File too large',
    hint: 'A sample holds one image and its mask. Check that this is a sample file.',
  },
  'split-list/empty': {
    title: 'No names in the split list',
    hint: 'A split list has one file name in each line.',
  },
  'pickle/damaged': {
    title: 'Damaged pickle',
    hint: 'The list of tensors inside the file is broken. Copy or download the file again.',
  },
  'pickle/refused-object': {
    title: 'Python object refused',
    hint: 'The file asks for more than tensors and plain values; nothing in it was run. Save only the state_dict, with torch.save(model.state_dict(), path).',
  },
  'safetensors/damaged': {
    title: 'Damaged safetensors file',
    hint: 'Its header and its data do not fit together. Copy or download the file again.',
  },
  'checkpoint/unknown-format': {
    title: 'Not a checkpoint',
    hint: 'Checkpoints are read as .pth or .pt from PyTorch, .safetensors, or .npz. A download that failed may be a web page under another name.',
  },
  'checkpoint/damaged': {
    title: 'Damaged checkpoint',
    hint: 'Parts of the file contradict each other. Save it again, or download it again.',
  },
  'checkpoint/bad-storage': {
    title: 'Missing tensor data',
    hint: 'The file names a tensor without all of its values. Copy or download it again.',
  },
  'checkpoint/unsupported-dtype': {
    title: 'Unsupported number type in a checkpoint',
    hint: 'Complex and quantised tensors are not read. Save the tensor as a float or integer type.',
  },
  'checkpoint/missing-tensor': {
    title: 'Tensor missing',
    hint: 'The file lacks weights that the model needs. Check that it is the checkpoint of this model.',
  },
  'checkpoint/unknown-model': {
    title: 'Unknown model',
    hint: 'The file is a whole checkpoint, but of no model the workbench knows. The Models place lists those it knows.',
  },
  'checkpoint/shape-mismatch': {
    title: 'Tensor of another shape',
    hint: 'The weights are those of a model of another size or number of classes. Choose the configuration they were trained with.',
  },
  'sample/missing-key': {
    title: 'Required array missing',
    hint: 'A sample needs an image and a mask. The file facts list the arrays that were found.',
  },
  'sample/non-finite-image': {
    title: 'Image holds NaN or infinity',
    hint: 'Check how the image was exported; every pixel must be a finite number.',
  },
  'sample/bad-label-value': {
    title: 'Unknown class in the mask',
    hint: 'Masks hold 0 background, 1 rim and 2 cup (or 0, -1 and -2 as in FairSeg).',
  },
  'sample/bad-attribute-value': {
    title: 'Unknown attribute code',
    hint: 'Compare the value with the coding table of the data set; unknown is written as -1.',
  },
  'sample/empty-image': {
    title: 'Empty image',
    hint: 'The image has no pixels. Check the export of this sample.',
  },
  'sample/image-label-mismatch': {
    title: 'Image and mask differ in size',
    hint: 'Export both at the same height and width.',
  },
  'sample/image-not-2d': {
    title: 'Image is not two-dimensional',
    hint: 'Export the image as one grey channel, height by width.',
  },
  'sample/duplicate': {
    title: 'Same content twice',
    hint: 'Nothing is lost: the first copy is used. Remove one of the files to silence this.',
  },
  'sample/not-loaded': {
    title: 'File not at hand',
    hint: 'The sample is known from an earlier visit. Drop its folder again to read its pixels.',
  },
  'cohort/no-samples': {
    title: 'No samples found',
    hint: 'Drop a folder that holds .npz files, or take the demo cohort.',
  },
  'cohort/bad-demo-settings': {
    title: 'Demo cohort cannot be made',
    hint: 'Choose a count from 1 to 10,000, a whole seed and an image size the generator knows.',
  },
  'cohort/storage-full': {
    title: 'Storage is full',
    hint: 'Free space on the disk, or delete stored data on the privacy page. What was read so far is kept.',
  },
  'graph/shape-mismatch': {
    title: 'Tensor shapes do not fit',
    hint: 'The model definition is inconsistent. Check that the weights belong to this architecture.',
  },
  'graph/unknown-value': {
    title: 'Model refers to a missing tensor',
    hint: 'The model definition is inconsistent. Export the model again.',
  },
  'graph/bad-attribute': {
    title: 'Model operation has a wrong setting',
    hint: 'The model definition is inconsistent. Export the model again.',
  },
  'onnx/damaged': {
    title: 'Damaged ONNX file',
    hint: 'Export or download the file again and drop it once more.',
  },
  'onnx/unsupported-interface': {
    title: 'Model inputs or outputs not understood',
    hint: 'A segmenter takes [N, 1 or 3, S, S] and gives [N, 3, s, s]; an extractor gives [N, features].',
  },
  'onnx/f16-overflow': {
    title: 'Weight too large for half precision',
    hint: 'Convert the checkpoint in full precision.',
  },
  'model/not-loaded': {
    title: 'Model not loaded',
    hint: 'Load it in Models and start again.',
  },
  'model/self-test-failed': {
    title: 'Self-test failed',
    hint: 'The model does not give the same output everywhere it runs, so its results would not be trustworthy.',
  },
  'model/no-segmenter': {
    title: 'No segmenter loaded',
    hint: 'Load a segmenter in Models, or drop predictions made elsewhere.',
  },
  'model/no-extractor': {
    title: 'No feature extractor loaded',
    hint: 'Load a feature extractor in Models.',
  },
  'model/storage-full': {
    title: 'No room for models and runs',
    hint: 'Delete models and runs that you do not need, or other stored data on the privacy page, and try again.',
  },
  'model/needs-checkpoint': {
    title: 'The other half is missing',
    hint: 'SAMed files hold adapters and a decoder. Drop the SAM checkpoint they were trained on too.',
  },
  'model/not-convertible': {
    title: 'No model in this file',
    hint: 'See the list of models in the Models place for files that can be used.',
  },
  'download/not-allowed': {
    title: 'Download not allowed yet',
    hint: 'Reload the page without holding Shift and try again. Where it stays so, open the address in another tab, save the file and drop it here.',
  },
  'download/busy': {
    title: 'File in use',
    hint: 'Another tab of this page may be downloading the file. Wait for it, or cancel it there, and try again.',
  },
  'download/unreachable': {
    title: 'Download not possible',
    hint: 'The host may be down, or refuse to be read by pages. Open the address in another tab, save the file and drop it here.',
  },
  'download/refused': {
    title: 'The host refused the download',
    hint: 'Try again later, or open the address in another tab, save the file and drop it here.',
  },
  'download/wrong-content': {
    title: 'Not the file that was published',
    hint: 'What came is not what the registry expects, and was deleted. Try again; if it happens again, do not use the file.',
  },
  'runtime/no-webgpu': {
    title: 'WebGPU not available',
    hint: 'Models run on WebAssembly instead, more slowly. A current Chrome with a GPU driver offers WebGPU.',
  },
  'runtime/start-failed': {
    title: 'Runtime did not start',
    hint: 'Reload the page. If it happens again, copy the details into a bug report.',
  },
  'runtime/run-failed': {
    title: 'Model run failed',
    hint: 'Try a smaller batch or another model; the details name the step.',
  },
  'runtime/out-of-memory': {
    title: 'Model needs more memory',
    hint: 'Unload models that are not in use, make it with a smaller input side, or take a smaller model.',
  },
  'gpu/device-lost': {
    title: 'GPU was lost',
    hint: 'The driver was reset or the machine slept. The device is started again; start the job again.',
  },
  'gpu/kernel-refused': {
    title: 'GPU refused a program of ours',
    hint: 'The driver could not compile it. Update the browser or the driver; the details name the line.',
  },
  'train/no-gpu': {
    title: 'No GPU to train on',
    hint: 'Training needs WebGPU. Use a recent Chrome or Edge with hardware acceleration on, or train elsewhere and drop the adapters on Models.',
  },
  'train/does-not-fit': {
    title: 'Training does not fit into memory',
    hint: 'Lower the batch size or the side of the input, or allow training more memory, then start again.',
  },
  'train/not-trainable': {
    title: 'Model cannot be trained here',
    hint: 'Choose a SAMed: SAMed-Tiny comes with the workbench, others are made of a SAM checkpoint on Models.',
  },
  'train/non-finite': {
    title: 'Training produced numbers that are not finite',
    hint: 'Lower the learning rate and go on from the last checkpoint, or start again.',
  },
  'train/no-samples': {
    title: 'Nothing to train on',
    hint: 'Choose a selection from Search or a split that has samples, then start again.',
  },
  'train/no-run': {
    title: 'The run cannot be used for this',
    hint: 'It was deleted, or what it started from has changed since. Start a new run.',
  },
  'train/elsewhere': {
    title: 'The run is in use',
    hint: 'Wait until it has ended in the other tab, or cancel it there.',
  },
  'search/pool-too-small': {
    title: 'Pool too small',
    hint: 'Widen the pool filter, or ask for fewer samples or clusters.',
  },
  'search/target-too-small': {
    title: 'Target group too small',
    hint: 'A distance needs at least two target samples; widen the target group.',
  },
  'search/bad-settings': {
    title: 'Search settings do not fit together',
    hint: 'The message names the setting; correct it and start again.',
  },
  'search/features-missing': {
    title: 'Features missing',
    hint: 'Compute the features of pool and target again; the cached ones are gone.',
  },
  'linalg/no-convergence': {
    title: 'Decomposition did not converge',
    hint: 'The features may be degenerate. Try another feature extractor or more samples.',
  },
  'linalg/non-finite': {
    title: 'Features hold NaN or infinity',
    hint: 'Check the feature extractor: its output must be finite for every sample.',
  },
  'evaluate/no-images': {
    title: 'Nothing to evaluate',
    hint: 'Choose a split and a filter that hold images.',
  },
  'evaluate/prediction-unmatched': {
    title: 'Prediction without a sample',
    hint: 'A prediction is matched by file name; rename it like its sample, or load that sample.',
  },
  'evaluate/prediction-shape': {
    title: 'Prediction has the wrong size',
    hint: 'Export predictions at the size of the image or of the network input.',
  },
  'evaluate/prediction-values': {
    title: 'Prediction holds unknown values',
    hint: 'Predictions hold 0 background, 1 rim and 2 cup.',
  },
  'worker/crashed': {
    title: 'A worker stopped',
    hint: 'Often the memory ran out. Start the job again; reload the page if it happens twice.',
  },
  'worker/unexpected': {
    title: 'Unexpected error',
    hint: 'Copy the details into a bug report.',
  },
  'figure/png-failed': {
    title: 'Picture could not be made',
    hint: 'Export the figure as SVG, or make the window smaller and try again.',
  },
  'page/part-not-loaded': {
    title: 'Part of the page not loaded',
    hint: 'Try again when the host can be reached. Where the site was updated meanwhile, reload the page for the new version: running jobs stop, what was kept stays.',
  },
  'internal/invariant': {
    title: 'Error in EquiSeg itself',
    hint: 'Copy the details into a bug report.',
  },
};
