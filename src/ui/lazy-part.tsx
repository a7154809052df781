/** Parts of the page whose code is loaded when it is first needed, and asked for again after a failure. */
import { type ComponentType, lazy } from 'react';
import { WorkbenchError } from '../../core/errors.ts';

/** React keeps a failed part failed for ever: each of these takes a fresh one in its place. */
const renewals = new Set<() => void>();

/** Lets every part that could not be loaded be asked for again when it is next drawn. */
export function forgetFailedParts(): void {
  for (const renew of renewals) renew();
  renewals.clear();
}

/**
 * A component whose code `load` brings, inside a suspense boundary.
 * Errors: page/part-not-loaded, for the error boundary around it.
 */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  const create = () =>
    lazy(async () => {
      try {
        return { default: await load() };
      } catch (cause) {
        renewals.add(() => {
          Current = create();
        });
        throw new WorkbenchError(
          'page/part-not-loaded',
          'The code of this part of the page could not be loaded: the host could not be reached, or has another version now.',
          { cause },
        );
      }
    });
  let Current = create();
  return function LazyPart(props: Props) {
    return <Current {...props} />;
  };
}
