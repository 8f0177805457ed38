// The training loop on two machines in one, against one process.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { twoHosts } from '../../../torch/src/distributed/testing/start-hosts.js';
import { differences } from './testing/compare-runs.js';
import { drawTinyFaces, tinyExperiment } from './testing/tiny-faces.js';
import { train } from './train.js';

const PROGRAM = fileURLToPath(new URL('./testing/train-ranks.ts', import.meta.url));

let folder = '';
beforeAll(async () => {
  folder = await drawTinyFaces(7);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('two hosts with addresses of their own train as one process with the joined batch', async () => {
  const job = (hosts: number, classifier: string) => ({
    out: join(folder, `${hosts}`),
    experiment: tinyExperiment(folder, {
      backbone: { name: 'iresnet', blocks: [1, 1, 1, 1], channels: [4, 8, 8, 8], embeddingSize: 16 },
      classifier: { name: classifier },
      optimizer: { lr: 0.002 },
      ...{ schedule: { steps: 2 }, batchSize: 12 / hosts, evaluate: {} },
      distributed: { syncBatchNorm: true },
    }),
  });
  const jobs = join(folder, 'jobs.json');
  writeFileSync(jobs, JSON.stringify([job(2, 'partialFc')]));
  const hosts = await twoHosts(jobs, folder, 'none', PROGRAM);
  expect(hosts.map(({ code, text }) => (code === 0 ? 0 : text))).toEqual([0, 0]);
  const alone = job(1, 'full');
  await train(alone.experiment, { out: alone.out });
  expect((await differences(join(folder, '2'), alone.out)).weights).toBeLessThan(1e-6);
});
