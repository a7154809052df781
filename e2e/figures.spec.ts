/** Figures leave the page as files: every format says what it shows and where it comes from. */
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { dropPaths } from './harness/drop.ts';
import { waitForJob } from './harness/job-tray.ts';
import { expect, test } from './harness/test.ts';

const TITLE = 'Recorded race: subjects in each group';

async function exported(app: Page, format: string): Promise<Buffer> {
  const figure = app.getByRole('figure', { name: TITLE });
  await figure.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    app.waitForEvent('download'),
    app.getByRole('menuitem', { name: new RegExp(`^${format}`) }).click(),
  ]);
  return readFileSync(await download.path());
}

/** The chunks of a PNG file, read by the specification. */
function pngChunks(png: Buffer): { type: string; content: Buffer }[] {
  const chunks: { type: string; content: Buffer }[] = [];
  for (let offset = 8; offset < png.length; offset += png.readUInt32BE(offset) + 12) {
    const end = offset + 8 + png.readUInt32BE(offset);
    chunks.push({
      type: png.toString('latin1', offset + 4, offset + 8),
      content: png.subarray(offset + 8, end),
    });
  }
  return chunks;
}

test('a figure is saved as PNG, SVG, CSV and LaTeX, each with its provenance', async ({ app, cohort }) => {
  await dropPaths(app, [cohort.path], app.locator('body'));
  await waitForJob(app);
  await expect(app.getByRole('figure', { name: TITLE })).toBeVisible();
  const { count } = cohort.cohort;
  const provenance = new RegExp(`cohort: ${count} subjects, SHA-256 [0-9a-f]{64}`);

  const chunks = pngChunks(await exported(app, 'PNG'));
  const texts = chunks.filter(({ type }) => type === 'iTXt').map(({ content }) => content.toString());
  expect(texts[0]).toBe(`Title\0\0\0\0\0${TITLE}`);
  expect(texts.find((text) => text.startsWith('Comment\0'))).toMatch(provenance);
  const pixels = inflateSync(
    Buffer.concat(chunks.flatMap(({ type, content }) => (type === 'IDAT' ? [content] : []))),
  );
  expect(new Set(pixels).size).toBeGreaterThan(16);

  const svg = (await exported(app, 'SVG')).toString();
  expect(svg).toContain(`<title>${TITLE}</title>`);
  expect(svg).toMatch(provenance);
  expect((await exported(app, 'CSV')).toString()).toMatch(provenance);
  expect((await exported(app, 'LaTeX')).toString()).toMatch(provenance);
});
