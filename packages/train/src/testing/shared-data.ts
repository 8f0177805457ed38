// Where the tests on real data find their material. Not part of the published library.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const root = resolve(repository, process.env['INSIGHTFACE_DATA'] ?? '../shared');

/** Path of a file or folder of the test material, such as `data/lfw` or `golden/detection.json`. */
export function sharedPath(path: string): string {
  const full = resolve(root, path);
  if (!existsSync(full))
    throw new Error(
      `Test material is missing: ${path}. Set INSIGHTFACE_DATA to the folder that holds data/, weights/ and golden/.`,
    );
  return full;
}
