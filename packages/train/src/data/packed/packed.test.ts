import { createHash } from 'node:crypto';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from 'insightface-ts';
import { describe, expect, it } from 'vitest';
import { openFaceDataset } from '../open-dataset.js';
import { drawnImage } from '../testing/drawn.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { openPacked, verifyPacked } from './open-packed.js';
import { PackedWriter } from './packed-writer.js';

const folder = temporaryFolder();
const imageSize = { width: 24, height: 24 };
const labels = [0, 0, 1, 2, 2];

async function make(name: string, shardBytes = 1 << 20): Promise<string> {
  const path = join(folder, name);
  const writer = await PackedWriter.create(path, { imageSize, shardBytes });
  for (const [i, label] of labels.entries())
    await writer.add(await encodePng(drawnImage([i], 24, 24)), label, `p${label}/é ${i}.png`);
  await writer.finish({
    people: ['Ada', 'Bob\n', '陳'],
    dropped: [{ source: 'x.jpg' }],
    madeWith: { aligned: true },
  });
  return path;
}

describe('a packed data set', () => {
  it('gives back what was put in', async () => {
    const dataset = await openFaceDataset(await make('whole'));
    expect([dataset.length, dataset.classes, dataset.kind]).toEqual([5, 3, 'packed']);
    expect(dataset.people).toEqual(['Ada', 'Bob\n', '陳']);
    expect([...dataset.labels]).toEqual(labels);
    for (const [i, label] of labels.entries()) {
      const face = await dataset.get(i);
      expect(face.label).toBe(label);
      expect(face.pixels.data).toEqual(drawnImage([i], 24, 24).data);
      expect(dataset.sourceOf(i)).toBe(`p${label}/é ${i}.png`);
    }
    await expect(dataset.get(5)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await dataset.close();
    await verifyPacked(join(folder, 'whole'));
  });

  it('is split into shards, each with its checksum in the manifest', async () => {
    const path = await make('shards', 3000);
    const { shards } = JSON.parse(readFileSync(join(path, 'dataset.json'), 'utf8'));
    expect(shards.length).toBeGreaterThan(1);
    for (const { file, bytes, sha256 } of shards) {
      expect(statSync(join(path, file)).size).toBe(bytes);
      expect(
        createHash('sha256')
          .update(readFileSync(join(path, file)))
          .digest('hex'),
      ).toBe(sha256);
    }
    const dataset = openPacked(path);
    expect((await dataset.get(4)).pixels.data).toEqual(drawnImage([4], 24, 24).data);
    await dataset.close();
  });

  it('notices one changed byte, when the image is read and when all is verified', async () => {
    const path = await make('changed');
    const shard = join(path, 'shard-00000.bin');
    const bytes = readFileSync(shard);
    bytes[bytes.length - 20]! ^= 1;
    writeFileSync(shard, bytes);
    const dataset = openPacked(path);
    await dataset.get(0);
    await expect(dataset.get(4)).rejects.toMatchObject({ code: 'DATASET_INVALID' });
    await dataset.close();
    await expect(verifyPacked(path)).rejects.toMatchObject({
      code: 'CHECKSUM_MISMATCH',
      message: expect.stringContaining('shard-00000.bin'),
    });
  });

  it('refuses a shard that is cut short, a damaged index and a strange manifest', async () => {
    const cut = await make('cut');
    truncateSync(join(cut, 'shard-00000.bin'), 100);
    expect(() => openPacked(cut)).toThrow(expect.objectContaining({ code: 'DATASET_INVALID' }));
    const index = await make('index');
    writeFileSync(join(index, 'index.bin'), Buffer.alloc(100));
    expect(() => openPacked(index)).toThrow(expect.objectContaining({ code: 'CHECKSUM_MISMATCH' }));
    const strange = await make('strange');
    const manifest = JSON.parse(readFileSync(join(strange, 'dataset.json'), 'utf8'));
    manifest.shards[0].file = '../secret';
    writeFileSync(join(strange, 'dataset.json'), JSON.stringify(manifest));
    expect(() => openPacked(strange)).toThrow(/shards\.0\.file/);
  });
});
