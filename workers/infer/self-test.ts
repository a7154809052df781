/** The self-test of a model on load: one known image through WebGPU and WebAssembly must give the same numbers. */
import { WorkbenchError } from '../../core/errors.ts';
import { createRandom } from '../../core/random.ts';
import { BACKENDS } from '../../core/testing.ts';
import type { Provider, RunOn, SelfTest } from '../api/compute.ts';
import { type Network, type NetworkOutput, runNetwork } from './model.ts';
import type { Runtime, Session, SessionStage } from './runtime.ts';

const SEED = 20_221;
/** A WebGPU slower than this many times WebAssembly is a software adapter, or the model is too small for a GPU. */
const SLOW_FACTOR = 2;
/** A run of this length is not made twice only to be timed. */
const LONG_RUN_MS = 2000;
/** For models that take any side: a multiple of 32, as networks with five halvings need. */
const DEFAULT_SIDE = 224;

/** A bright spot on a noisy ground, [side, side] f32 in [0, 1]: something that a model of fundus images has an answer for. */
export function selfTestImage(side: number, seed = SEED): Float32Array {
  const random = createRandom(seed, 'self-test');
  const image = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const distance2 = ((x / side - 0.55) ** 2 + (y / side - 0.48) ** 2) / 0.1 ** 2;
      image[y * side + x] = 0.25 + 0.45 * Math.exp(-distance2) + 0.1 * random.uniform();
    }
  }
  return image;
}

interface TimedOutput extends NetworkOutput {
  readonly elapsedMs: number;
}

/**
 * Runs the image and times a second run, for the first also compiles. Nothing is compiled on WebAssembly, so there a run
 * of seconds is time enough.
 */
async function runTimed(session: Session, network: Network, provider: Provider): Promise<TimedOutput> {
  const side = network.input.side ?? DEFAULT_SIDE;
  const image = selfTestImage(side);
  const run = async () => {
    const startMs = performance.now();
    const output = await runNetwork(session, network, image, side);
    return { output, elapsedMs: performance.now() - startMs };
  };
  const first = await run();
  const isEnough = provider === 'wasm' && first.elapsedMs > LONG_RUN_MS;
  const { output, elapsedMs } = isEnough ? first : await run();
  const badIndex = output.data.findIndex((value) => !Number.isFinite(value));
  if (badIndex >= 0) {
    throw new WorkbenchError(
      'model/self-test-failed',
      `On the self-test image the model returned ${output.data[badIndex]} at element ${badIndex}.`,
      { hint: 'The file may be damaged, or in half precision that overflows. Export it again in float32.' },
    );
  }
  return { ...output, elapsedMs };
}

/** Largest difference, and the one allowed: that of whole models, relative to the output's root mean square. */
function compare(actual: Float32Array, expected: Float32Array) {
  let difference = 0;
  let squares = 0;
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] as number;
    difference = Math.max(difference, Math.abs((actual[i] as number) - value));
    squares += value * value;
  }
  const scale = Math.sqrt(squares / expected.length);
  return { difference, tolerance: BACKENDS.abs + BACKENDS.rel * scale };
}

/** A session on one provider with what it made of the self-test image. */
interface Attempt {
  readonly session: Session;
  readonly provider: Provider;
  readonly output: TimedOutput;
}

export interface TestedSession extends Attempt {
  readonly selfTest: SelfTest;
}

/** Two digits that mean something, without an exponent where a plain number is as short. */
const showNumber = (value: number) => String(Number(value.toPrecision(2)));

const NAMES: Readonly<Record<Provider, string>> = { wasm: 'WebAssembly', webgpu: 'WebGPU' };

/** Builds the session and tests it; nothing stays of one that fails. */
async function attempt(
  runtime: Runtime,
  stages: readonly SessionStage[],
  network: Network,
  provider: Provider,
): Promise<Attempt> {
  const session = await runtime.createPipeline(stages, provider);
  try {
    return { session, provider, output: await runTimed(session, network, provider) };
  } catch (error) {
    await session.release().catch(() => undefined);
    throw error;
  }
}

/** The result of a model that one provider ran. `reason` says why not both. */
function testedAlone(only: Attempt, reason: string): TestedSession {
  const { provider, output } = only;
  return {
    ...only,
    selfTest: {
      status: 'single-provider',
      maxAbsDifference: Number.NaN,
      tolerance: Number.NaN,
      webgpuMs: provider === 'webgpu' ? output.elapsedMs : null,
      wasmMs: provider === 'wasm' ? output.elapsedMs : null,
      summary: `Ran on ${NAMES[provider]} alone: ${reason}`,
    },
  };
}

/** Which of two providers a model is used on that both ran it, and why. Never one with wrong numbers. */
function judge(wasm: TimedOutput, webgpu: TimedOutput, runOn: RunOn): { used: Provider; selfTest: SelfTest } {
  const { difference, tolerance } = compare(webgpu.data, wasm.data);
  const wasmMs = wasm.elapsedMs;
  const webgpuMs = webgpu.elapsedMs;
  const agreed = difference <= tolerance;
  const isSlow = webgpuMs > SLOW_FACTOR * wasmMs;
  const wanted = runOn === 'automatic' ? (isSlow ? 'wasm' : 'webgpu') : runOn;
  const figures = `by at most ${showNumber(difference)} (allowed ${showNumber(tolerance)})`;
  const times = `${showNumber(wasmMs)} ms an image against ${showNumber(webgpuMs)} ms`;
  return {
    used: agreed ? wanted : 'wasm',
    selfTest: {
      status: agreed ? 'agreed' : 'differed',
      maxAbsDifference: difference,
      tolerance,
      webgpuMs,
      wasmMs,
      summary: !agreed
        ? `WebGPU and WebAssembly differ ${figures}, so this model runs on WebAssembly.`
        : `WebGPU and WebAssembly agree: they differ ${figures}.${choiceWords(runOn, isSlow, times)}`,
    },
  };
}

/** Why a model runs where it does, when both would do; empty where nothing need be said. */
function choiceWords(runOn: RunOn, isSlow: boolean, times: string): string {
  const faster = isSlow ? ` WebAssembly is the faster here (${times})` : '';
  if (runOn !== 'automatic') return `${faster}${isSlow ? '.' : ''} It runs on ${NAMES[runOn]}, as chosen.`;
  return isSlow ? `${faster}, so this model runs on it.` : '';
}

const isDeviceLost = (error: unknown) => error instanceof WorkbenchError && error.code === 'gpu/device-lost';
const isOutOfMemory = (error: unknown) =>
  error instanceof WorkbenchError && error.code === 'runtime/out-of-memory';
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/**
 * The other half of the test of a model of which WebAssembly's memory, where sessions for WebGPU are built too, does not hold
 * two sessions: that on WebAssembly has run, makes room for the other, and is built again where it is the one to use.
 */
async function testInTurn(
  runtime: Runtime,
  stages: readonly SessionStage[],
  network: Network,
  runOn: RunOn,
  wasm: Attempt,
): Promise<TestedSession> {
  await wasm.session.release();
  const again = async () => ({ ...wasm, session: await runtime.createPipeline(stages, 'wasm') });
  let webgpu: Attempt;
  try {
    webgpu = await attempt(runtime, stages, network, 'webgpu');
  } catch (error) {
    if (isDeviceLost(error)) throw error;
    return testedAlone(await again(), `on WebGPU it failed: ${messageOf(error)}`);
  }
  const { used, selfTest } = judge(wasm.output, webgpu.output, runOn);
  if (used === 'webgpu') return { ...webgpu, selfTest };
  await webgpu.session.release();
  return { ...(await again()), selfTest };
}

/**
 * Builds the model's session and tests it. On a WebGPU runtime both providers run it; where they differ by more than
 * rounding, or WebGPU is much slower and was not asked for, the model stays on WebAssembly, which is the same code everywhere. A model that one
 * of them cannot run (too large for WebAssembly's memory, an operation without a GPU kernel) runs on the other. One whose
 * encoder another model has in use where it may run runs there: no second session of the encoder is built for a comparison.
 * Errors: `model/self-test-failed` for an output that is not finite, `onnx/unsupported-interface`, `runtime/run-failed`, `gpu/device-lost`.
 */
export async function createTestedSession(
  runtime: Runtime,
  stages: readonly SessionStage[],
  network: Network,
  runOn: RunOn,
): Promise<TestedSession> {
  if (runtime.report.provider === 'wasm') {
    const wasm = await attempt(runtime, stages, network, 'wasm');
    return testedAlone(wasm, 'there is no WebGPU here to compare with.');
  }
  const [first] = stages;
  const sharing = first && runtime.providerSharing(first);
  if (sharing !== undefined && (runOn === 'automatic' || runOn === sharing)) {
    const alone = await attempt(runtime, stages, network, sharing);
    return testedAlone(alone, 'it shares the encoder of a model that runs there already.');
  }
  let wasm: Attempt | undefined;
  let wasmError: unknown;
  try {
    wasm = await attempt(runtime, stages, network, 'wasm');
  } catch (error) {
    if (isDeviceLost(error)) throw error;
    wasmError = error;
  }
  try {
    const webgpu = await attempt(runtime, stages, network, 'webgpu');
    if (wasm === undefined) {
      return testedAlone(webgpu, `on WebAssembly it failed: ${messageOf(wasmError)}`);
    }
    const { used, selfTest } = judge(wasm.output, webgpu.output, runOn);
    const [kept, other] = used === 'webgpu' ? [webgpu, wasm] : [wasm, webgpu];
    await other.session.release();
    return { ...kept, selfTest };
  } catch (error) {
    if (isDeviceLost(error)) throw error;
    // Both refuse it: the reference provider's reason is the one to read.
    if (wasm === undefined) throw wasmError;
    if (isOutOfMemory(error)) return testInTurn(runtime, stages, network, runOn, wasm);
    return testedAlone(wasm, `on WebGPU it failed: ${messageOf(error)}`);
  }
}
