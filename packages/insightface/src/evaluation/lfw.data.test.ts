// LFW View 2 from the 250x250 frames, no image left out. `bench/lfw.ts` prints the whole table.
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FaceAnalysis } from '../analysis/face-analysis.js';
import { sharedPath } from '../testing/shared-data.js';
import { readPairs } from './datasets.js';
import { embedImages } from './embed-images.js';
import { evaluateVerification, type VerificationSummary } from './verification.js';

async function evaluate(pack: string, folds: number): Promise<VerificationSummary> {
  const all = await readPairs(sharedPath('data/lfw'), sharedPath('data/lfw/pairs.txt'));
  const pairs = all.pairs.filter(({ fold = 0 }) => fold < folds);
  const names = new Set(pairs.flatMap(({ a, b }) => [a, b]));
  const app = await FaceAnalysis.create({ pack, tasks: ['detection', 'landmark', 'recognition'] });
  try {
    const { embeddings } = await embedImages(
      app,
      new Map([...all.images].filter(([name]) => names.has(name))),
    );
    return evaluateVerification({ pairs, embeddings }).summary;
  } finally {
    await app.dispose();
  }
}

test('the default pack: all ten folds', async () => {
  const { pairs, missed, accuracy, tar } = await evaluate('open', 10);
  expect([pairs, missed]).toEqual([6000, 0]);
  expect(accuracy.mean).toBeGreaterThanOrEqual(0.992);
  expect(tar['1e-3']!.value).toBeGreaterThan(0.98);
}, 900_000);

test('a folder with scrfd_500m and mobilefacenet: two folds', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'insightface-lfw-'));
  try {
    for (const file of ['scrfd_500m.onnx', 'mobilefacenet.onnx'])
      await symlink(sharedPath(`weights/${file}`), join(folder, file));
    const { pairs, missed, accuracy } = await evaluate(folder, 2);
    expect([pairs, missed]).toEqual([1200, 0]);
    expect(accuracy.mean).toBeGreaterThanOrEqual(0.99);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 900_000);
