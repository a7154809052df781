/** Processor time of a browser: unlike time on the clock, it says what work costs while others use the machine. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';
import type { CDPSession } from '@playwright/test';

/** Seconds that all processes of the browser have used so far. */
export async function browserCpuSeconds(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** Seconds that the dedicated workers that live now have used, without what the browser did for them on other threads. */
export async function workerCpuSeconds(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const threads = processInfo
    .filter(({ type }) => type === 'renderer')
    .flatMap(({ id }) => readdirSync(`/proc/${id}/task`).map((thread) => `/proc/${id}/task/${thread}`));
  const nanoseconds = threads
    .filter((folder) => readFileSync(`${folder}/comm`, 'utf8').startsWith('DedicatedWorker'))
    .map((folder) => Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]));
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e9;
}
