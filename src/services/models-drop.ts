/** Takes model files dropped on any page: shows the Models place, whose code is loaded only then. Imported once, for its effect. */
import { registerDropHandler } from './drop-router.ts';
import { goTo } from './navigation.ts';

registerDropHandler({
  claims: (_found, kind) => kind === 'model',
  async handle(files) {
    goTo('models');
    const { addModelFiles } = await import('./models.ts');
    await addModelFiles(files);
  },
});
