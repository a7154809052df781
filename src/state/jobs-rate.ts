/** Smoothed rate and time left of a job's phase, from its progress reports. */
import type { Progress } from '../../core/tasks.ts';

/** Decayed sums over the recent past of one phase: their quotient is the rate, without a bias at the start. */
export interface RateTrack {
  readonly phase: string;
  readonly atMs: number;
  readonly done: number;
  readonly doneBytes: number;
  readonly sumDone: number;
  readonly sumBytes: number;
  readonly sumMs: number;
}

export interface Rate {
  readonly rateHz: number | null;
  readonly rateBytesHz: number | null;
  readonly remainingMs: number | null;
}

/** A report of three seconds ago weighs 1/e: steady enough to read, quick enough to show a stall. */
const MEMORY_MS = 3000;
/** Below this much observed time a rate would be noise. */
const SHOW_AFTER_MS = 800;

/** Starts a track at a report: a new job, a new phase, or the first report after a pause. */
export function startTrack(progress: Progress, nowMs: number): RateTrack {
  return {
    phase: progress.phase,
    atMs: nowMs,
    done: progress.done,
    doneBytes: progress.doneBytes ?? 0,
    sumDone: 0,
    sumBytes: 0,
    sumMs: 0,
  };
}

/** The track after one more report; another phase, or a count that went back, starts it anew. */
export function advanceTrack(track: RateTrack, progress: Progress, nowMs: number): RateTrack {
  if (progress.phase !== track.phase || progress.done < track.done) return startTrack(progress, nowMs);
  const elapsedMs = nowMs - track.atMs;
  const doneBytes = progress.doneBytes ?? 0;
  const decay = Math.exp(-elapsedMs / MEMORY_MS);
  return {
    phase: track.phase,
    atMs: nowMs,
    done: progress.done,
    doneBytes,
    sumDone: track.sumDone * decay + (progress.done - track.done),
    sumBytes: track.sumBytes * decay + (doneBytes - track.doneBytes),
    sumMs: track.sumMs * decay + elapsedMs,
  };
}

/** Rates in units and bytes a second, and the time left of the phase; null where nothing sensible can be said yet. */
export function rateOf(track: RateTrack, progress: Progress): Rate {
  if (track.sumMs < SHOW_AFTER_MS) return { rateHz: null, rateBytesHz: null, remainingMs: null };
  const rateHz = (track.sumDone / track.sumMs) * 1000;
  const remainingMs = rateHz > 0 ? ((progress.total - progress.done) / rateHz) * 1000 : null;
  return {
    rateHz,
    rateBytesHz: progress.doneBytes === undefined ? null : (track.sumBytes / track.sumMs) * 1000,
    remainingMs: remainingMs !== null && Number.isFinite(remainingMs) ? remainingMs : null,
  };
}
