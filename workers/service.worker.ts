/**
 * The service worker of the built page: serves every built file from its cache, so that the page works offline
 * after the first visit, and adds the isolation and security headers that a static host may not send.
 * It never asks another origin for anything; a download worker may ask the one that its policy names. `BUILD` is filled in by scripts/service-worker-plugin.ts.
 */

declare const BUILD: {
  readonly version: string;
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
  readonly headers: Readonly<Record<string, string>>;
  /** The content security policy of a download worker, by the origin it may ask. */
  readonly downloadPolicies: Readonly<Record<string, string>>;
};

const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const scopeUrl = new URL(worker.registration.scope);
const cachePrefix = `equiseg ${scopeUrl.pathname} `;
const cacheName = cachePrefix + BUILD.version;
const paths = new Set(BUILD.files.map((file) => file.path));

/** Above this a file (the wasm of the inference runtime) is not part of the installation: the page asks for it after its first paint. */
const LARGE_BYTES = 1024 * 1024;

const DOWNLOAD_WORKER = 'assets/download.worker';

/** Files below assets/ carry their hash in their name, so any copy of them is the right one. */
function isHashed(path: string): boolean {
  return path.startsWith('assets/');
}

async function store(cache: Cache, path: string): Promise<Response> {
  const url = new URL(path, scopeUrl);
  const known = await (isHashed(path) ? caches.match(url) : undefined);
  const response = known ?? (await fetch(url, { cache: isHashed(path) ? 'default' : 'no-cache' }));
  if (!response.ok) return response;
  await cache.put(url, response.clone());
  return response;
}

async function storeAll(isWanted: (sizeBytes: number) => boolean): Promise<void> {
  const cache = await caches.open(cacheName);
  for (const file of BUILD.files) {
    if (!isWanted(file.sizeBytes) || (await cache.match(new URL(file.path, scopeUrl)))) continue;
    const response = await store(cache, file.path);
    if (!response.ok) throw new Error(`${file.path}: the host answered ${response.status}`);
  }
}

/** Keeps one earlier version: a page that is still open was built from it and may yet load a part of itself. */
async function dropOldCaches(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(cachePrefix) && name !== cacheName);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
}

/** The policy of a script that is started to ask one origin; undefined for everything else. */
function downloadPolicyOf(url: URL): string | undefined {
  const path = url.pathname.slice(scopeUrl.pathname.length);
  const origin = url.searchParams.get('origin');
  return origin !== null && path.startsWith(DOWNLOAD_WORKER) ? BUILD.downloadPolicies[origin] : undefined;
}

function withHeaders(response: Response, policy?: string): Response {
  // Status 0 is an error or a redirect for the browser to follow: it cannot be rebuilt and has no content.
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(BUILD.headers)) headers.set(name, value);
  if (policy !== undefined) headers.set('Content-Security-Policy', policy);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

async function respond(request: Request): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.slice(scopeUrl.pathname.length) || 'index.html';
  if (request.method !== 'GET' || !url.pathname.startsWith(scopeUrl.pathname) || !paths.has(path)) {
    // Of the version before. A host that says "Vary: Origin" would else hide scripts from pages: those ask with an origin, the installation did not.
    const known = await caches.match(request, { ignoreVary: true });
    return withHeaders(known ?? (await fetch(request)));
  }
  const cache = await caches.open(cacheName);
  const response = (await cache.match(new URL(path, scopeUrl))) ?? (await store(cache, path));
  return withHeaders(response, downloadPolicyOf(url));
}

worker.addEventListener('install', (event) => {
  // A new version takes over at once and is what the next load gets; the open page keeps its files, see dropOldCaches.
  event.waitUntil(storeAll((sizeBytes) => sizeBytes <= LARGE_BYTES).then(() => worker.skipWaiting()));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(dropOldCaches().then(() => worker.clients.claim()));
});

worker.addEventListener('message', (event) => {
  if (event.data === 'store-large-files') event.waitUntil(storeAll(() => true));
});

worker.addEventListener('fetch', (event) => {
  const { origin } = new URL(event.request.url);
  if (origin === worker.location.origin) event.respondWith(respond(event.request));
  // Left to the browser, under the policy of who asks: the page's own lets no request out, a download worker's this one.
  else if (!(origin in BUILD.downloadPolicies)) event.respondWith(Response.error());
});
