/** Which checkpoints go together, and what settings they start with. */
import { describe, expect, it } from 'vitest';
import type { RecognisedCheckpoint } from '../../models/checkpoints/recognised.ts';
import {
  baseOf,
  basesFor,
  type CheckpointCard,
  INITIAL_SETTINGS,
  isMade,
  recipeOf,
  sideOf,
  withChangedCheckpoint,
  withCheckpoint,
} from './models-checkpoints.ts';

function sam(dim: number, side = 1024): RecognisedCheckpoint {
  return {
    family: 'sam',
    variant: 'custom',
    names: 'meta',
    configuration: {
      side,
      patchSize: 16,
      dim,
      depth: 12,
      heads: 12,
      mlpDim: 4 * dim,
      windowSize: 14,
      globalBlocks: [2, 5, 8, 11],
      embeddingDim: 256,
      maskTokens: 4,
    },
    rank: null,
    words: `SAM of ${dim}`,
    sizeBytes: 1,
    prefix: '',
  };
}

const adapters = {
  family: 'samed-lora',
  variant: 'ViT-B',
  rank: 4,
  dim: 768,
  depth: 12,
  classes: 2,
  adaptsDecoder: false,
  words: 'SAMed LoRA',
  sizeBytes: 1,
  prefix: '',
} as const satisfies RecognisedCheckpoint;

function card(
  key: string,
  recognised: RecognisedCheckpoint,
  chosenBase: string | null = null,
): CheckpointCard {
  return {
    key,
    name: `${key}.pth`,
    sizeBytes: 1,
    recognised,
    settings: INITIAL_SETTINGS,
    chosenBase,
    outline: { status: 'planning' },
    made: {},
  };
}

const base = card('b', sam(768));
const otherBase = card('c', sam(768));
const large = card('l', sam(1024));

describe('checkpoints at hand', () => {
  it('pairs adapters with the SAM they fit, the chosen one before the first', () => {
    const waiting = card('a', adapters);
    expect(basesFor([large, base, otherBase], adapters).map(({ key }) => key)).toEqual(['b', 'c']);
    expect(baseOf([large, base, otherBase], waiting)?.key).toBe('b');
    expect(baseOf([large, base, otherBase], card('a', adapters, 'c'))?.key).toBe('c');
    // A choice that does not fit, or is gone, is no choice.
    expect(baseOf([large, base], card('a', adapters, 'l'))?.key).toBe('b');
    expect(baseOf([large], waiting)).toBeUndefined();
    expect(baseOf([base], base)).toBeUndefined();
  });

  it('starts a SAM, and the adapters of one, at the side of the papers, or its own where that is smaller', () => {
    const [waiting, small] = [card('a', adapters), card('s', sam(768, 128))];
    expect(sideOf([], base)).toBe(512);
    expect(sideOf([], small)).toBe(128);
    expect(sideOf([], waiting)).toBe(512);
    expect(sideOf([base], waiting)).toBe(512);
    expect(sideOf([small], waiting)).toBe(128);
    const chosen = { ...waiting, settings: { ...INITIAL_SETTINGS, side: 224 } };
    expect(sideOf([small], chosen)).toBe(224);
  });

  it('takes for made only what was made of the same SAM with the same settings and is kept', () => {
    const waiting = card('a', adapters);
    const checkpoints = [base, otherBase];
    const done = { ...waiting, made: { [recipeOf(checkpoints, waiting)]: 'id' } };
    const kept = [{ id: 'id', name: 'SAMed', role: 'segmenter', trainsAs: 'samed', sizeBytes: 1 }] as const;
    expect(isMade(checkpoints, done, kept)).toBe(true);
    expect(isMade(checkpoints, done, [])).toBe(false);
    expect(isMade(checkpoints, waiting, kept)).toBe(false);
    expect(isMade(checkpoints, { ...done, chosenBase: 'c' }, kept)).toBe(false);
    expect(isMade(checkpoints, { ...done, settings: { ...done.settings, side: 224 } }, kept)).toBe(false);
  });

  it('holds a file once, the newest in front', () => {
    const again = { ...base, key: 'again' };
    expect(withCheckpoint([large, base], again).map(({ key }) => key)).toEqual(['again', 'l']);
  });

  it('changes one card and leaves the others as they are', () => {
    const changed = withChangedCheckpoint([base, large], 'b', { chosenBase: 'x' });
    expect(changed[0]?.chosenBase).toBe('x');
    expect(changed[1]).toBe(large);
  });
});
