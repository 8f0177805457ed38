import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@insightface-ts/server';
import { expect, it } from 'vitest';
import type { FuzzDocument } from './fuzz-requests.js';
import { runFuzz } from './fuzz-run.js';
import { newKey } from './serve-process.js';

it('answers 400 absurd requests without a fault, a crash or a word of what is inside', async () => {
  const data = await mkdtemp(join(tmpdir(), 'fuzz-'));
  const key = newKey();
  const app = await createServer({ data, adminKey: key, workers: 1, logLevel: false });
  try {
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const { body } = await app.inject('/openapi.json');
    const target = { url, key, document: JSON.parse(body) as FuzzDocument, secrets: [data, process.cwd()] };
    const tally = await runFuzz(target, 400, 7);
    expect(tally.faults).toEqual([]);
    // Not all of them were turned away at the door.
    expect(Object.keys(tally.statuses)).toEqual(expect.arrayContaining(['200', '400', '401', '404', '422']));
  } finally {
    await app.close();
    await rm(data, { recursive: true, force: true });
  }
});
