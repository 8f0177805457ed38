// Where the real data sets and weights lie that the benches measure on; none of it is in the repository.
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
/** Benches run from `dist`, tests from the sources beside it. */
const repository = resolve(here, basename(here) === 'dist' ? '../..' : '..');

/** Path of a file or folder below INSIGHTFACE_DATA (default: ../shared beside the repository). */
export function sharedPath(path: string): string {
  const full = resolve(repository, process.env['INSIGHTFACE_DATA'] ?? '../shared', path);
  if (existsSync(full)) return full;
  console.error(`${path} is missing. Set INSIGHTFACE_DATA to the folder that holds data/ and weights/.`);
  process.exit(1);
}
