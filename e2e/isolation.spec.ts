/** The page keeps to itself: isolated, and unable to speak to another origin from any thread. */
import { expect, test, type Watch } from './harness/test.ts';

test('is cross-origin isolated, so that WebAssembly has threads', async ({ app }) => {
  expect(await app.evaluate(() => window.crossOriginIsolated)).toBe(true);
});

test('answers every request with the policy and the isolation headers', async ({ request }) => {
  const headers = (await request.get('./')).headers();
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['content-security-policy']).not.toMatch(/(?<!wasm-)unsafe-eval/);
  expect(headers['cross-origin-opener-policy']).toBe('same-origin');
  expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
});

const FOREIGN = 'https://elsewhere.invalid/';

const ATTEMPTS: Readonly<Record<string, (address: string) => Promise<string>>> = {
  'a fetch': (address) => fetch(address, { mode: 'no-cors' }).then(() => 'sent', String),
  'a beacon': (address) => Promise.resolve(navigator.sendBeacon(address, 'x') ? 'queued' : 'refused'),
  'an image': (address) =>
    new Promise((resolve) => {
      const image = new Image();
      image.onload = () => resolve('sent');
      image.onerror = () => resolve('refused');
      image.src = `${address}pixel.png`;
    }),
  'a socket': (address) =>
    new Promise((resolve) => {
      const socket = new WebSocket(address.replace('https', 'wss'));
      socket.onopen = () => resolve('sent');
      socket.onerror = () => resolve('refused');
    }),
  'a script': (address) =>
    new Promise((resolve) => {
      const script = document.createElement('script');
      script.onload = () => resolve('sent');
      script.onerror = () => resolve('refused');
      script.src = `${address}script.js`;
      document.head.append(script);
    }),
};

/** Waits until the guard has seen the policy stop something, and takes what it saw off its list. */
async function expectStopped(watch: Watch): Promise<void> {
  await expect
    .poll(() => watch.violations.filter((text) => text.includes('elsewhere.invalid')))
    .not.toEqual([]);
  watch.violations.length = 0;
  watch.foreignRequests.length = 0;
}

test('every way to another origin is stopped by the policy, and the guard sees it', async ({
  app,
  watch,
}) => {
  for (const [name, attempt] of Object.entries(ATTEMPTS)) {
    await test.step(name, async () => {
      expect(await app.evaluate(attempt, FOREIGN)).not.toBe('sent');
      await expectStopped(watch);
    });
  }
});

/** What a thread without a document can try. Each resolves with the directive that stopped it, as the worker itself hears. */
function tryFromWorker(attempt: string): Promise<string> {
  const address = 'https://elsewhere.invalid/worker.js';
  return new Promise((resolve) => {
    self.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), {
      once: true,
    });
    if (attempt === 'fetch')
      void fetch(address, { mode: 'no-cors' }).then(
        () => resolve('sent'),
        () => {},
      );
    if (attempt === 'socket') {
      const socket = new WebSocket('wss://elsewhere.invalid/');
      socket.onopen = () => resolve('sent');
    }
    if (attempt === 'import')
      void import(/* @vite-ignore */ address).then(
        () => resolve('sent'),
        () => {},
      );
  });
}

test('nor does a worker reach another origin', async ({ app, watch }) => {
  // Starts the compute worker beside the data workers.
  await app.goto('./#/models');
  const kindOf = (url: string) => /(\w+)\.worker/.exec(url)?.[1] ?? url;
  await expect
    .poll(() => app.workers().map((worker) => kindOf(worker.url())))
    .toEqual(expect.arrayContaining(['data', 'compute']));
  for (const [kind, worker] of new Map(app.workers().map((one) => [kindOf(one.url()), one]))) {
    await test.step(`${kind} worker`, async () => {
      expect(await worker.evaluate(tryFromWorker, 'fetch')).toBe('connect-src');
      expect(await worker.evaluate(tryFromWorker, 'socket')).toBe('connect-src');
      expect(await worker.evaluate(tryFromWorker, 'import')).toMatch(/^script-src/);
    });
  }
  watch.violations.length = 0;
  watch.foreignRequests.length = 0;
});

test('text is never compiled as code', async ({ app, watch }) => {
  // Injected as an element: code that runs through DevTools is exempt from the policy.
  const outcome = await app.evaluate(async () => {
    const inline = document.createElement('script');
    inline.textContent = 'globalThis.inlineRan = true';
    document.head.append(inline);
    return 'inlineRan' in globalThis;
  });
  expect(outcome).toBe(false);
  await expect.poll(() => watch.violations).not.toEqual([]);
  watch.violations.length = 0;
});

test("styles come from the page's own files: an element or an attribute in markup is refused", async ({
  app,
  watch,
}) => {
  const color = await app.evaluate(() => {
    const style = document.createElement('style');
    style.textContent = 'body { outline-color: rgb(1, 2, 3) }';
    document.head.append(style);
    const box = document.createElement('div');
    box.innerHTML = '<p style="outline-color: rgb(1, 2, 3)">text</p>';
    document.body.append(box);
    const read = (element: Element) => getComputedStyle(element).outlineColor;
    return [read(document.body), read(box.firstElementChild as Element)];
  });
  expect(color).not.toContain('rgb(1, 2, 3)');
  await expect.poll(() => watch.violations.filter((text) => text.includes('style'))).not.toEqual([]);
  watch.violations.length = 0;
});

test.describe('without the policy', () => {
  test.use({ bypassCSP: true });

  test('the guard still sees a request to another origin', async ({ app, watch }) => {
    await app.evaluate((address) => fetch(address, { mode: 'no-cors' }).catch(() => undefined), FOREIGN);
    expect(watch.findings()).toContain(`request to another origin: ${FOREIGN}`);
    watch.foreignRequests.length = 0;
    watch.violations.length = 0;
  });
});
