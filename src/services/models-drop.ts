/** Takes model files dropped on any page: shows the Models place, whose code is loaded only then. Imported once, for its effect. */
import { registerDropHandler } from './drop-router.ts';
import { goTo } from './navigation.ts';

/** Checkpoints may be .npz too, of a hundred megabytes and more; a sample has a few. */
const MIN_CHECKPOINT_BYTES = 32 * 2 ** 20;
/** What exporters call the file that holds the weights of an .onnx file. */
const DATA_FILE = /\.(data|onnx_data|bin|weights)$/i;

/** What the command line writes beside a model that it exports. */
const RECORD = /(?:^|\/)model\.json$/;

registerDropHandler({
  claims: ({ path, file }, kind, page) =>
    kind === 'model' ||
    RECORD.test(path) ||
    (page === 'models' && (DATA_FILE.test(path) || (kind === 'sample' && file.size >= MIN_CHECKPOINT_BYTES))),
  async handle(files) {
    goTo('models');
    const { addModelFiles } = await import('./models-add.ts');
    await addModelFiles(files);
  },
});
