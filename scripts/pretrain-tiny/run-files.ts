/** A server of the files of runs, which it keeps in a folder: part of the server of the page that pretrains. */
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Answers GET and PUT of files of `folder`. A file is written beside its name and moved there when it is whole. */
export function serveRunFiles(folder: string) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = normalize(decodeURIComponent(new URL(request.url ?? '', 'http://localhost').pathname));
    const path = join(folder, name);
    if (request.method === 'PUT') {
      mkdirSync(dirname(path), { recursive: true });
      await pipeline(request, createWriteStream(`${path}.part`));
      renameSync(`${path}.part`, path);
      response.writeHead(204).end();
    } else if (existsSync(path)) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      await pipeline(createReadStream(path), response);
    } else {
      response.writeHead(404).end();
    }
  };
}
