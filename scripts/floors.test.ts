/** A floor imports only from itself and from floors below it. The linter says it by pattern; this reads what every import resolves to. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './install.mjs';

/** From the lowest floor up, as in the README's table. */
const FLOORS = ['core', 'models', 'workers', 'src', 'e2e', 'bench'];

const IMPORT = /(?:from|import|new URL\()\s*\(?['"](\.[^'"]+)['"]/g;

function sourcesOf(floor: string): string[] {
  return readdirSync(join(ROOT, floor), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Imports of a source text, as floors; what lies outside the floors (the page's assets, the tools) is left out. */
function floorsImported(path: string, text: string): string[] {
  return [...text.matchAll(IMPORT)]
    .map(([, target]) => relative(ROOT, join(dirname(path), target as string)).split(sep)[0] as string)
    .filter((floor) => FLOORS.includes(floor));
}

test.each(FLOORS)('%s imports only from itself and from below', (floor) => {
  const sources = sourcesOf(floor);
  const upward = sources.flatMap((path) =>
    floorsImported(path, readFileSync(path, 'utf8'))
      .filter((target) => FLOORS.indexOf(target) > FLOORS.indexOf(floor))
      .map((target) => `${relative(ROOT, path)} imports ${target}`),
  );
  expect(upward).toEqual([]);
});

test('sees every way of importing', () => {
  const text = `import { a } from '../src/a.ts';\nexport * from "../models/b.ts";\nawait import('../workers/c.ts');
    new Worker(new URL('../workers/d.worker.ts', import.meta.url));\nimport '../src/e.css';\nimport type {
      F,\n} from './f.ts';`;
  expect(floorsImported(join(ROOT, 'core/here.ts'), text)).toEqual([
    'src',
    'models',
    'workers',
    'workers',
    'src',
    'core',
  ]);
});
