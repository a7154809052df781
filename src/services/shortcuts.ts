/** Keys of the whole page: `g` then a letter, `?`, `/`, Escape. Never while a person types in a field. */
import { store, update } from '../state/store.ts';
import { PLACES, type PlaceName } from '../state/ui.ts';
import { goTo } from './navigation.ts';

/** The letter after `g`: the first letter of each place. */
export const PLACE_KEYS: Readonly<Record<PlaceName, string>> = {
  cohort: 'c',
  models: 'm',
  search: 's',
  train: 't',
  evaluate: 'e',
  experiments: 'x',
};

/** A place marks the field that `/` focuses with this attribute. */
export const PLACE_FILTER_ATTRIBUTE = 'data-place-filter';

/** The second key must follow within this time, else `g` is forgotten. */
const SEQUENCE_MS = 1200;

/** True where a key press is text: fields, selects, editable elements. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

function focusFilter(): boolean {
  const filter = document.querySelector<HTMLElement>(`[${PLACE_FILTER_ATTRIBUTE}]`);
  filter?.focus();
  return filter !== null;
}

/** Closes what is open, the innermost first. Dialogs close themselves. */
function closeInnermost(): void {
  const { keysShown, shownFailureId, inspection } = store.getState().ui;
  if (keysShown || shownFailureId !== null) return;
  if (inspection !== null) update('ui', (ui) => ({ ...ui, inspection: null }));
}

/** Listens for the page's keys from now on. Returns the function that stops listening. */
export function listenForShortcuts(): () => void {
  let pressedGAt = -Infinity;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') return closeInnermost();
    if (isTyping(event.target)) return;
    const afterG = performance.now() - pressedGAt < SEQUENCE_MS;
    pressedGAt = -Infinity;
    const place = PLACES.find((name) => PLACE_KEYS[name] === event.key);
    if (afterG && place !== undefined) goTo(place);
    else if (event.key === 'g') pressedGAt = performance.now();
    else if (event.key === '?') update('ui', (ui) => ({ ...ui, keysShown: !ui.keysShown }));
    else if (event.key !== '/' || !focusFilter()) return;
    event.preventDefault();
  };
  document.addEventListener('keydown', onKeyDown);
  return () => document.removeEventListener('keydown', onKeyDown);
}
