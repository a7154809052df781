/** What is asked for of a paused run is done, also what is asked for while the last wish is carried out. */
import { expect, it } from 'vitest';
import { createRunControl } from './run-control.ts';

/** A paused run that is writing a checkpoint, and what ends that writing. */
function pausedWhileWriting() {
  const control = createRunControl();
  const stop = new AbortController();
  let endWriting: () => void = () => undefined;
  const writing = new Promise<void>((resolve) => {
    endWriting = resolve;
  });
  let writtenCount = 0;
  const checkpoint = () => {
    writtenCount++;
    return writing;
  };
  control.setPaused(true);
  const requested = control.requestCheckpoint();
  const gate = control.gate(stop.signal, checkpoint, () => undefined);
  expect(writtenCount).toBe(1);
  return { control, stop, endWriting, requested, gate, countWritten: () => writtenCount };
}

it('goes on when the pause ended while a checkpoint was written', async () => {
  const { control, endWriting, gate } = pausedWhileWriting();
  control.setPaused(false);
  endWriting();
  await expect(gate).resolves.toBeUndefined();
});

it('is cancelled while a checkpoint is written', async () => {
  const { stop, endWriting, gate } = pausedWhileWriting();
  stop.abort(new Error('cancelled'));
  endWriting();
  await expect(gate).rejects.toThrow('cancelled');
});

it('writes the checkpoint that was asked for while another was written', async () => {
  const { control, endWriting, requested, gate, countWritten } = pausedWhileWriting();
  const again = control.requestCheckpoint();
  endWriting();
  await Promise.all([requested, again]);
  expect(countWritten()).toBe(2);
  control.setPaused(false);
  await gate;
});
