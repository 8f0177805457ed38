import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ArraySource } from '../testing/array-source.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { formulaVector, unit } from '../testing/vectors.js';
import { SearchIndex } from './search-index.js';

const built = (path: string) => new URL(`../../dist/${path}`, import.meta.url).href;
const child = fileURLToPath(new URL('../testing/index-child.mjs', import.meta.url));

it('opens with the right answers whenever the process that saves is killed', async () => {
  const source = new ArraySource();
  for (let number = 1; number <= 20_000; number++) source.add(number % 400, unit(formulaVector(number, 64)));
  const query = unit(formulaVector(123_456, 64));
  const fresh = new SearchIndex(source, 64, { workers: 0 });
  const truth = await fresh.search(query, { limit: 20, threshold: -1 });
  await fresh.close();
  let loaded = 0;
  for (let round = 0; round < 8; round++) {
    const folder = join(await temporaryFolder(), 'index');
    const modules = ['testing/array-source.js', 'index/search-index.js', 'testing/vectors.js'].map(built);
    const process_ = spawn(process.execPath, [child, ...modules, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(process_.stdout, 'data');
    await new Promise(resolve => setTimeout(resolve, 3 + 17 * round));
    process_.kill('SIGKILL');
    await once(process_, 'exit');
    source.read = 0;
    const index = new SearchIndex(source, 64, { folder, workers: 0 });
    expect(await index.search(query, { limit: 20, threshold: -1 })).toEqual(truth);
    await index.close();
    if (source.read < 20_000) loaded++;
  }
  expect(loaded).toBeGreaterThan(4);
});
