import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { standardAugmentation } from '../../augmentation/augment.js';
import type { FaceDataset } from '../face-dataset.js';
import { openFolder } from '../open-folder.js';
import { drawnImage, drawPeople } from '../testing/drawn.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { type Batch, BatchLoader, type BatchLoaderOptions, type Position } from './batch-loader.js';

const folder = temporaryFolder();
const broken = temporaryFolder();
await drawPeople(folder, [5, 4, 6, 3, 4]);
const imageSize = { width: 32, height: 32 };
const dataset = await openFolder(folder, imageSize);

/** The first batches, and the loader closed behind them. */
async function take(
  count: number,
  options: BatchLoaderOptions,
  from?: Position,
  data: FaceDataset = dataset,
) {
  const loader = new BatchLoader(data, options);
  const batches: Batch[] = [];
  try {
    for await (const batch of loader.batches(from)) if (batches.push(batch) === count) break;
  } finally {
    await loader.close();
  }
  return batches;
}

const plain = { batchSize: 4, seed: 9, workers: 0 };
const augmented = { ...plain, augmentation: standardAugmentation };

describe('BatchLoader', () => {
  it('gives pixels and labels of the images it names, each image once an epoch', async () => {
    const batches = await take(10, plain);
    expect(batches.map(({ epoch, step }) => [epoch, step])).toEqual(
      [0, 1].flatMap(epoch => [0, 1, 2, 3, 4].map(step => [epoch, step])),
    );
    expect(new Set(batches.slice(0, 5).flatMap(({ indices }) => [...indices])).size).toBe(20);
    const { pixels, labels, indices } = batches[3]!;
    for (const [i, index] of indices.entries()) {
      expect(labels[i]).toBe(dataset.labelOf(index));
      expect(pixels.subarray(i * 3072, (i + 1) * 3072)).toEqual((await dataset.get(index)).pixels.data);
    }
  });

  it('gives the same batches from worker threads as from this thread', async () => {
    expect(await take(12, { ...augmented, workers: 2 })).toEqual(await take(12, augmented));
  });

  it('goes on at any position bit for bit', async () => {
    const all = await take(14, augmented);
    expect(await take(5, augmented, { epoch: 1, step: 4 })).toEqual(all.slice(9));
  });

  it('changes an image differently in every epoch', async () => {
    const augmentation = [{ kind: 'brightness' }] as const;
    const [first, second] = [0, 1].map(epoch =>
      take(
        1,
        { ...plain, sampler: { kind: 'in-order' }, augmentation: [...augmentation] },
        { epoch, step: 0 },
      ),
    );
    const [a, b] = [(await first!)[0]!, (await second!)[0]!];
    expect(a.indices).toEqual(b.indices);
    expect(a.pixels).not.toEqual(b.pixels);
  });

  it('shows two ranks together what one process sees with the joined batch', async () => {
    const joined = await take(4, { ...augmented, batchSize: 8 });
    const ranks = await Promise.all([0, 1].map(rank => take(4, { ...augmented, rank, worldSize: 2 })));
    for (const [step, batch] of joined.entries()) {
      const parts = ranks.map(batches => batches[step]!);
      expect(Buffer.concat(parts.map(({ pixels }) => pixels))).toEqual(Buffer.from(batch.pixels));
      expect(parts.flatMap(({ labels }) => [...labels])).toEqual([...batch.labels]);
    }
  });

  it('loads no more ahead than it was asked to', async () => {
    let asked = 0;
    const counted = await openFolder(folder, imageSize);
    const locate = counted.locate.bind(counted);
    counted.locate = index => {
      asked++;
      return locate(index);
    };
    await take(1, { ...plain, workers: 1, prefetch: 3 }, undefined, counted);
    expect(asked).toBe(3 * 4);
  });

  it('names the image that cannot be read, from a worker as from this thread', async () => {
    await drawPeople(broken, [3, 3]);
    await writeFile(join(broken, 'p1', '1.png'), drawnImage([0]).data.subarray(0, 900));
    const data = await openFolder(broken, imageSize);
    for (const workers of [0, 1])
      await expect(take(3, { batchSize: 2, workers }, undefined, data)).rejects.toMatchObject({
        name: 'InsightFaceError',
        code: 'DATASET_INVALID',
        message: expect.stringContaining(join('p1', '1.png')),
      });
  });

  it('refuses options that fit nothing', () => {
    const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
    for (const wrong of [
      { batchSize: 23 },
      { batchSize: 0 },
      { batchSize: 2, rank: 2, worldSize: 2 },
      { batchSize: 2, workers: -1 },
    ])
      expect(() => new BatchLoader(dataset, { workers: 0, ...wrong })).toThrow(refused);
    expect(() => new BatchLoader(dataset, { batchSize: 12, workers: 0, worldSize: 2 })).toThrow(refused);
  });
});
