/** What every figure takes from its place: words, controls, warnings, and whether there is anything to show. */
import type { ReactNode } from 'react';
import type { Provenance } from '../services/provenance.ts';

/** Whether there is something to draw. `empty` says why not and what to do; `loading` says what is awaited. */
export type FigureStatus =
  { readonly kind: 'ready' } | { readonly kind: 'loading' | 'empty'; readonly message: string };

/** The part of a figure's props that is not data. */
export interface FigureFrame {
  /** A statement of what is shown: "Dice by recorded race". */
  readonly title: string;
  /** Definition, convention and number of images or subjects. */
  readonly caption: string;
  /** Name of exported files, without extension. */
  readonly fileName: string;
  /** Where the shown numbers come from, asked for when the figure is saved: the place knows their run or search. */
  readonly provenance: () => Promise<Provenance>;
  readonly controls?: ReactNode;
  readonly warnings?: readonly string[];
  readonly status?: FigureStatus;
}

/** The caption with a sentence computed from the data, which is only true once there are data. */
export function extendCaption({ caption, status }: FigureFrame, sentence: string): string {
  return status === undefined || status.kind === 'ready' ? `${caption} ${sentence}` : caption;
}
