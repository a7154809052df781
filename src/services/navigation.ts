/** Addresses of the pages (`#/cohort` and so on) and the one link between the address bar and the store. */
import { update } from '../state/store.ts';
import { PAGES, type PageName } from '../state/ui.ts';

/** The page a hash names; the cohort for an empty or unknown one. */
export function pageOfHash(hash: string): PageName {
  const name = hash.replace(/^#\/?/, '').split('/')[0];
  return PAGES.find((page) => page === name) ?? 'cohort';
}

/** The address of a page. */
export function hrefOf(page: PageName): string {
  return `#/${page}`;
}

/** Goes to a page; the browser's back button returns. */
export function goTo(page: PageName): void {
  window.location.hash = hrefOf(page);
}

/** Follows the address bar from now on. Returns the function that stops following. */
export function followAddress(): () => void {
  const follow = () => {
    const page = pageOfHash(window.location.hash);
    update('ui', (ui) => (ui.page === page ? ui : { ...ui, page }));
  };
  follow();
  window.addEventListener('hashchange', follow);
  return () => window.removeEventListener('hashchange', follow);
}

/** Moves the focus to the title of the place: where to go on from when what had it is gone. */
export function focusPlaceTitle(): void {
  document.querySelector<HTMLElement>('[data-place-title]')?.focus();
}
