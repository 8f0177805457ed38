import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from 'insightface-ts';
import { expect, it } from 'vitest';
import { damaged, damageRuns } from '../../../torch/src/files/testing/damaged.js';
import { openFaceDataset } from './open-dataset.js';
import { PackedWriter } from './packed/packed-writer.js';
import { drawnImage } from './testing/drawn.js';
import { insightfaceRecords, writeRecords } from './testing/record-writer.js';
import { temporaryFolder } from './testing/temporary-folder.js';

const folder = temporaryFolder();
const people = await Promise.all(
  [2, 1, 3].map((count, person) =>
    Promise.all(Array.from({ length: count }, (_, i) => encodePng(drawnImage([person, i], 16, 16)))),
  ),
);

/** Opens a data set and reads all of it: what goes wrong has a code and names a file in the folder. */
async function survive(path: string, seed: number): Promise<boolean> {
  const start = performance.now();
  try {
    const dataset = await openFaceDataset(path);
    try {
      for (let i = 0; i < dataset.length; i++) {
        dataset.sourceOf(i);
        await dataset.get(i);
      }
    } finally {
      await dataset.close();
    }
    return true;
  } catch (error) {
    expect(error, `seed ${seed}`).toMatchObject({
      code: expect.stringMatching(/^(DATASET_INVALID|CHECKSUM_MISMATCH|FILE_NOT_FOUND)$/),
      message: expect.stringContaining(folder),
    });
    return false;
  } finally {
    expect(performance.now() - start, `seed ${seed}`).toBeLessThan(10_000);
  }
}

it.each(['train.rec', 'train.idx', 'property'])('survives a damaged %s', async name => {
  const set = join(folder, name);
  mkdirSync(set);
  writeRecords(join(set, 'train.rec'), insightfaceRecords(people));
  writeFileSync(join(set, 'property'), '3,16,16');
  const whole = readFileSync(join(set, name));
  let read = 0;
  for (let seed = 0; seed < damageRuns; seed++) {
    writeFileSync(join(set, name), damaged(whole, seed));
    if (await survive(set, seed)) read++;
  }
  expect(read).toBeLessThan(damageRuns / 2);
});

it.each(['dataset.json', 'index.bin', 'people.json', 'sources.jsonl', 'shard-00000.bin'])(
  'survives a damaged %s, with or without a checksum that agrees',
  async name => {
    const set = join(folder, name);
    await writePacked(set);
    const whole = readFileSync(join(set, name));
    const manifest = readFileSync(join(set, 'dataset.json'), 'utf8');
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    let read = 0;
    for (let seed = 0; seed < damageRuns; seed++) {
      const bytes = damaged(whole, seed);
      writeFileSync(join(set, name), bytes);
      if (name !== 'dataset.json')
        writeFileSync(
          join(set, 'dataset.json'),
          seed % 2 === 0 ? manifest : manifest.replace(digest(whole), digest(bytes)),
        );
      if (await survive(set, seed)) read++;
    }
    expect(read).toBeLessThan((damageRuns * 3) / 4);
  },
);

async function writePacked(path: string): Promise<void> {
  const writer = await PackedWriter.create(path, {
    imageSize: { width: 16, height: 16 },
    shardBytes: 1 << 20,
  });
  for (const [label, images] of people.entries())
    for (const [i, image] of images.entries()) await writer.add(image, label, `p${label}/${i}.png`);
  await writer.finish({ people: ['a', 'b', 'c'], dropped: [], madeWith: {} });
}
