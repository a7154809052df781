/** How long each value of a step lives. A value that is made twice lives twice, and not in between. */
import { ELEMENT_BYTES } from '../../gpu/buffers.ts';
import { invariant } from '../../../core/errors.ts';
import { type Action, type Actions, type DispatchAction, type Programme, PROGRAMMES } from './actions.ts';

/** One life of a value, or of scratch, in the actions of a step numbered through: both ends included. */
export interface Life {
  readonly name: string;
  readonly sizeBytes: number;
  first: number;
  last: number;
}

/** The lives that an action touches, by their index; undefined for values that persist. */
export interface Uses {
  readonly inputs: readonly (number | undefined)[];
  readonly results: readonly (number | undefined)[];
  readonly scratch: readonly number[];
}

export interface Lifetimes {
  readonly lives: readonly Life[];
  /** By programme, then by action. */
  readonly uses: Readonly<Record<Programme, readonly Uses[]>>;
  /** Index of the life of each value of `forward`, as it stands when that programme has run. */
  readonly afterForward: ReadonlyMap<string, number>;
}

function operands(action: Action) {
  switch (action.kind) {
    case 'dispatch':
      return action;
    case 'copy':
      return { inputs: [action.from], results: [action.to] };
    default:
      return { inputs: [], results: [action.value] };
  }
}

/**
 * The lives of all values but `persistent` ones. A step runs `forward` and `backward` once for each micro-batch: what such a
 * programme is handed lives until its last run ends, and what it fills part by part lives from its first run's start.
 */
export function lifetimesOf(
  actions: Actions,
  {
    persistent,
    read: readAfterForward,
    isRepeated,
  }: {
    readonly persistent: ReadonlySet<string>;
    /** Read from outside when `forward` has run. */
    readonly read: ReadonlySet<string>;
    readonly isRepeated: boolean;
  },
): Lifetimes {
  const lives: Life[] = [];
  const current = new Map<string, number>();
  const afterForward = new Map<string, number>();
  const uses: Record<Programme, Uses[]> = { forward: [], loss: [], backward: [], update: [] };
  let position = 0;
  for (const programme of PROGRAMMES) {
    const start = position;
    const end = start + actions[programme].length - 1;
    const repeats = isRepeated && (programme === 'forward' || programme === 'backward');
    for (const action of actions[programme]) {
      const { inputs, results } = operands(action);
      const read = inputs.map(({ name }): number | undefined => {
        if (persistent.has(name)) return undefined;
        const index = current.get(name);
        const life = lives[index ?? -1];
        invariant(life !== undefined, `a plan reads '${name}' before it is made`);
        life.last = Math.max(life.last, repeats && life.first < start ? end : position);
        return index;
      });
      const isPart = action.kind === 'copy' && action.to.by === 'microBatch';
      const made = results.map(({ name, sizeBytes }): number | undefined => {
        if (persistent.has(name)) return undefined;
        const index = lives.push({ name, sizeBytes, first: isPart ? start : position, last: position }) - 1;
        current.set(name, index);
        return index;
      });
      const scratch = (action.kind === 'dispatch' ? action.kernel.scratch : []).map(
        (count, index) =>
          lives.push({
            name: `${(action as DispatchAction).node}.scratch${index}`,
            sizeBytes: count * ELEMENT_BYTES,
            first: position,
            last: position,
          }) - 1,
      );
      uses[programme].push({ inputs: read, results: made, scratch });
      position++;
    }
    if (programme === 'forward') {
      for (const [name, index] of current) {
        afterForward.set(name, index);
        if (readAfterForward.has(name)) (lives[index] as Life).last = end;
      }
    }
  }
  return { lives, uses, afterForward };
}
