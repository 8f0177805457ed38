import { Worker } from 'node:worker_threads';
import { expect, it, vi } from 'vitest';
import { formulaVector, unit } from '../testing/vectors.js';
import { ScanIndex } from './scan-index.js';

it('tells by a code that a thread died, and starts another for the next search', async () => {
  const sent = vi.spyOn(Worker.prototype, 'postMessage');
  const index = new ScanIndex(64, { workers: 2 });
  for (let key = 1; key <= 30_000; key++) index.add(key, key, unit(formulaVector(key, 64)));
  const query = unit(formulaVector(77, 64));
  const options = { limit: 5, threshold: -1 };
  const truth = await index.search(query, options);
  expect(truth[0]?.key).toBe(77);
  const worker = sent.mock.contexts[0] as Worker;
  const lost = expect(index.search(query, options)).rejects.toMatchObject({ code: 'WORKER_FAILED' });
  await worker.terminate();
  await lost;
  expect(await index.search(query, options)).toEqual(truth);
  await index.close();
  // The last index of the process ends the threads.
  expect(sent.mock.contexts.every(context => (context as Worker).threadId === -1)).toBe(true);
});

it('serves several indexes with one set of threads', async () => {
  const started = vi.spyOn(Worker.prototype, 'postMessage');
  started.mockClear();
  const indexes = [1, 2, 3].map(seed => {
    const index = new ScanIndex(64, { workers: 2 });
    for (let key = 1; key <= 25_000; key++)
      index.add(key, key, unit(formulaVector(seed * 100_000 + key, 64)));
    return { index, seed };
  });
  const found = await Promise.all(
    indexes.map(({ index, seed }) =>
      index.search(unit(formulaVector(seed * 100_000 + 500, 64)), { limit: 1, threshold: 0.9 }),
    ),
  );
  expect(found.map(hits => hits[0]?.key)).toEqual([500, 500, 500]);
  expect(new Set(started.mock.contexts).size).toBe(2);
  await Promise.all(indexes.map(({ index }) => index.close()));
});
