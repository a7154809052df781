/** The block in jax-js: the whole step, AdamW included, in one compiled function. Every use of an array but the last is a `ref`. */
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { ADAMW, ADAPTERS, BLOCK, FROZEN, INPUTS, RATES, valueOf } from './block.ts';

type Arrays<K extends string> = { [name in K]: np.Array };
type Adapters = Arrays<keyof typeof ADAPTERS>;
type Frozen = Arrays<keyof typeof FROZEN>;
type Inputs = Arrays<keyof typeof INPUTS>;

function linear(x: np.Array, weight: np.Array, bias: np.Array): np.Array {
  return np.matmul(x, weight.transpose()).add(bias);
}

function adapted(x: np.Array, weight: np.Array, bias: np.Array, a: np.Array, b: np.Array): np.Array {
  const low = np.matmul(np.matmul(x.ref, a.transpose()), b.transpose());
  return linear(x, weight, bias).add(low);
}

function layerNorm(x: np.Array, scale: np.Array, shift: np.Array): np.Array {
  return nn.standardize(x, -1, { epsilon: BLOCK.epsilon }).mul(scale).add(shift);
}

function lossOf({ qa, qb, va, vb }: Adapters, w: Frozen, { x, target }: Inputs): np.Array {
  const { batch, tokens, heads, dim } = BLOCK;
  const normed = layerNorm(x.ref, w['norm1.weight'], w['norm1.bias']);
  const split = (y: np.Array) => y.reshape([batch, tokens, heads, dim / heads]);
  const q = split(adapted(normed.ref, w['q.weight'], w['q.bias'], qa, qb));
  const k = split(linear(normed.ref, w['k.weight'], w['k.bias']));
  const v = split(adapted(normed, w['v.weight'], w['v.bias'], va, vb));
  const attended = nn.dotProductAttention(q, k, v).reshape([batch, tokens, dim]);
  const middle = x.add(linear(attended, w['proj.weight'], w['proj.bias']));
  const inner = linear(
    layerNorm(middle.ref, w['norm2.weight'], w['norm2.bias']),
    w['mlp.lin1.weight'],
    w['mlp.lin1.bias'],
  );
  const hidden = nn.gelu(inner, { approximate: false });
  const out = middle.add(linear(hidden, w['mlp.lin2.weight'], w['mlp.lin2.bias']));
  return np.square(out.sub(target)).mean([1, 2]).sum();
}

/** AdamW on one array. `corrections` [2] holds 1 - beta^step of both betas. */
function adamW(weight: np.Array, g: np.Array, mean: np.Array, square: np.Array, corrections: np.Array) {
  const { beta1, beta2, epsilon } = ADAMW;
  const { learningRate, weightDecay } = RATES;
  const nextMean = mean.mul(beta1).add(g.ref.mul(1 - beta1));
  const nextSquare = square.mul(beta2).add(np.square(g).mul(1 - beta2));
  const unbiasedMean = nextMean.ref.div(corrections.ref.slice(0));
  const root = np.sqrt(nextSquare.ref.div(corrections.slice(1)));
  const step = unbiasedMean.div(root.add(epsilon)).mul(learningRate);
  return { weight: weight.mul(1 - learningRate * weightDecay).sub(step), nextMean, nextSquare };
}

type State = { adapters: Adapters; mean: Adapters; square: Adapters };

const step = jit((state: State, frozen: Frozen, inputs: Inputs, corrections: np.Array) => {
  const { adapters, mean, square } = state;
  const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(adapters), frozen, inputs);
  const next: State = {
    adapters: { ...adapters },
    mean: { ...mean },
    square: { ...square },
  };
  for (const name of Object.keys(ADAPTERS) as (keyof Adapters)[]) {
    const stepped = adamW(adapters[name], gradients[name], mean[name], square[name], corrections.ref);
    next.adapters[name] = stepped.weight;
    next.mean[name] = stepped.nextMean;
    next.square[name] = stepped.nextSquare;
  }
  corrections.dispose();
  return { loss, next };
});

function arraysOf<K extends string>(shapes: Readonly<Record<K, readonly number[]>>): Arrays<K> {
  const entries = Object.keys(shapes).map((name) => {
    const { shape, data } = valueOf(name);
    return [name, np.array(Float32Array.from(data)).reshape([...shape])] as const;
  });
  return Object.fromEntries(entries) as Arrays<K>;
}

export interface TheirBlock {
  /** Takes so many steps, to their end. */
  run(stepCount: number): Promise<void>;
  /** What is trained, one array after the other. */
  adapters(): Promise<number[]>;
}

/** The block with the same weights, before the first step. */
export async function openTheirs(): Promise<TheirBlock> {
  await init('webgpu');
  defaultDevice('webgpu');
  const frozen = arraysOf(FROZEN);
  const inputs = arraysOf(INPUTS);
  const zeros = () => tree.map((array: np.Array) => np.zerosLike(array), arraysOf(ADAPTERS)) as Adapters;
  let state: State = { adapters: arraysOf(ADAPTERS), mean: zeros(), square: zeros() };
  let count = 0;
  return {
    async run(stepCount) {
      for (let i = 0; i < stepCount; i++) {
        count += 1;
        const corrections = np.array([1 - ADAMW.beta1 ** count, 1 - ADAMW.beta2 ** count]);
        const { loss, next } = step(state, tree.ref(frozen), tree.ref(inputs), corrections);
        state = next;
        loss.dispose();
      }
      await blockUntilReady(state);
    },
    async adapters() {
      const names = Object.keys(ADAPTERS) as (keyof Adapters)[];
      const arrays = await Promise.all(names.map((name) => state.adapters[name].ref.data()));
      return arrays.flatMap((values: ArrayLike<number>) => Array.from(values));
    },
  };
}
