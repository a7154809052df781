/**
 * The one source of what every response of the page carries: cross-origin isolation (threads need it) and the
 * content security policy that lets nothing leave the origin. The dev server, the preview server, the service
 * worker and the <meta> tag of the built page all take it from here.
 */

type Policy = Readonly<Record<string, readonly string[]>>;

const POLICY: Policy = {
  'default-src': ["'none'"],
  // WebAssembly has to be compiled; that is not eval of JavaScript, which stays forbidden.
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'worker-src': ["'self'"],
  'connect-src': ["'self'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  // No style element and no style attribute in markup; what scripts set through the DOM is not markup.
  'style-src': ["'self'"],
  'font-src': ["'self'"],
  'manifest-src': ["'self'"],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** What Vite's hot reload needs on top: its socket, React's inline preamble, style elements. Never part of a build. */
const DEVELOPMENT: Policy = {
  'script-src': ["'unsafe-inline'"],
  'style-src': ["'unsafe-inline'"],
  'connect-src': ['ws:'],
};

function serialize(policy: Policy): string {
  return Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources.join(' ')}`)
    .join('; ');
}

function headersWith(policy: Policy): Record<string, string> {
  return {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Content-Security-Policy': serialize(policy),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  };
}

/** Headers of every response of the built page. */
export function pageHeaders(): Record<string, string> {
  return headersWith(POLICY);
}

/**
 * The policy of a download worker: it may ask one other origin and nothing else. A worker's policy is that of its own
 * script's response, so the page's stays as it is.
 */
export function downloadPolicy(origin: string): string {
  return serialize({ 'default-src': ["'none'"], 'script-src': ["'self'"], 'connect-src': [origin] });
}

/** Headers of the dev server. */
export function developmentHeaders(): Record<string, string> {
  const extended = Object.entries(POLICY).map(([directive, sources]) => [
    directive,
    [...sources, ...(DEVELOPMENT[directive] ?? [])],
  ]);
  return headersWith(Object.fromEntries(extended) as Policy);
}

/** The policy for a <meta> tag, where `frame-ancestors` is not allowed. */
export function metaPolicy(): string {
  return serialize(Object.fromEntries(Object.entries(POLICY).filter(([name]) => name !== 'frame-ancestors')));
}
