/** Reference data in tests that run in the browser, where there are no files: the test server serves the folder. */
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Absolute path of the folder that holds the golden folders. */
    goldens: string;
  }
}

/** The bytes of a file of a golden folder. Errors: rejects with the file's name when the server does not have it. */
export async function fetchGolden(folder: string, file: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(`/@fs${inject('goldens')}/${folder}/${file}`);
  if (!response.ok) throw new Error(`${folder}/${file}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
