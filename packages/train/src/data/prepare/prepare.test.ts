import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { appendFile, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage, encodeJpeg, encodePng, fetchDemoPhotos } from 'insightface-ts';
import { describe, expect, it } from 'vitest';
import { openFaceDataset } from '../open-dataset.js';
import { drawnImage, drawPeople } from '../testing/drawn.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { prepareDataset } from './prepare.js';
import { notCompared, prepareReport } from './prepare-report.js';

const photos = temporaryFolder();
const outs = temporaryFolder();
const aligned = { aligned: true, size: 32, workers: 0 };
await drawPeople(photos, [4, 3, 1, 2]);
const at = (...names: string[]) => join(photos, ...names);
await writeFile(at('p0', 'broken.jpg'), 'no image');
await writeFile(at('p0', 'cut.png'), (await readFile(at('p0', '0.png'))).subarray(0, 500));
await copyFile(at('p0', '1.png'), at('p0', 'z-copy.png'));
await writeFile(at('p0', 'z-saved.jpg'), await encodeJpeg(drawnImage([0, 2], 32, 32), 60));
await copyFile(at('p1', '0.png'), at('p3', 'z-of-p1.png'));
await copyFile(at('p1', '1.png'), at('stray.png'));
await writeFile(at('p1', 'notes.txt'), 'not a picture');
await mkdir(at('p4'));
await mkdir(at('p5'));
await writeFile(at('p5', 'only-broken.jpg'), 'no image');

/** All files of a data set, by their digests. */
const content = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder).map(file => [
      file,
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
    ]),
  );

describe('prepareDataset', () => {
  it("touches nothing in a folder of somebody else's that has its working folder's name", async () => {
    const out = join(outs, 'taken');
    await mkdir(`${out}.building`);
    await writeFile(join(`${out}.building`, 'thesis.txt'), 'years of work');
    await expect(prepareDataset(photos, { ...aligned, out })).rejects.toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
    expect(await readFile(join(`${out}.building`, 'thesis.txt'), 'utf8')).toBe('years of work');
  });
});

describe('prepareDataset, aligned', () => {
  const out = join(outs, 'first');

  it('keeps every picture once and says why the others are out', async () => {
    const calls: number[] = [];
    const preparation = await prepareDataset(photos, {
      ...aligned,
      out,
      minImages: 2,
      onProgress: done => calls.push(done),
    });
    expect(Object.fromEntries(preparation.dropped.map(({ source, reason }) => [source, reason]))).toEqual({
      'p0/broken.jpg': 'unreadable',
      'p0/cut.png': 'unreadable',
      'p0/z-copy.png': 'copy',
      'p0/z-saved.jpg': 'near-copy',
      'p2/0.png': 'too-few',
      'p3/z-of-p1.png': 'copy',
      'p5/only-broken.jpg': 'unreadable',
      'stray.png': 'no-person',
    });
    expect(preparation.dropped.find(({ source }) => source === 'p0/z-saved.jpg')?.of).toBe('p0/2.png');
    expect(preparation.samePictures).toEqual([['p1/0.png', 'p3/z-of-p1.png']]);
    expect(preparation.found).toEqual({ images: 17, people: 5 });
    expect(preparation.lostPeople).toEqual(['p2', 'p5']);
    expect(calls.at(-1)).toBe(17);
    expect(existsSync(`${out}.building`)).toBe(false);

    const dataset = await openFaceDataset(out);
    expect(dataset.people).toEqual(['p0', 'p1', 'p3']);
    expect([...dataset.labels]).toEqual([0, 0, 0, 0, 1, 1, 1, 2, 2]);
    // A crop that has the size already is stored as it was: nothing is lost.
    for (const [i, source] of ['p0/0.png', 'p0/1.png', 'p0/2.png'].entries()) {
      expect(dataset.sourceOf(i)).toBe(source);
      expect((await dataset.get(i)).pixels).toEqual(await decodeImage(await readFile(at(source))));
    }
    await dataset.close();

    const report = prepareReport(preparation, join(outs, 'report.html'));
    for (const { source } of preparation.dropped) expect(report).toContain(source);
    expect(report).toContain(notCompared);
    expect(report).not.toMatch(/<script|data:image|https?:/);
    const [, picture] = /<img src="([^"]+)"/.exec(report)!;
    expect(existsSync(join(outs, decodeURIComponent(picture!)))).toBe(true);
  });

  it('refuses to write over anything', async () => {
    const before = content(out);
    await expect(prepareDataset(photos, { ...aligned, out })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(content(out)).toEqual(before);
  });

  it('goes on where it was stopped, and ends with the same bytes; so it does with worker threads', async () => {
    const stopped = join(outs, 'stopped');
    const controller = new AbortController();
    const stop = prepareDataset(photos, {
      ...aligned,
      minImages: 2,
      out: stopped,
      signal: controller.signal,
      onProgress: done => done > 5 && controller.abort(),
    });
    await expect(stop).rejects.toMatchObject({ code: 'ABORTED' });
    expect(existsSync(stopped)).toBe(false);
    await appendFile(join(`${stopped}.building`, 'journal.jsonl'), '{"source":"p0/torn');
    const { resumed } = await prepareDataset(photos, { ...aligned, minImages: 2, out: stopped });
    expect(resumed).toBe(8);
    expect(content(stopped)).toEqual(content(out));

    const threaded = join(outs, 'threaded');
    await prepareDataset(photos, { ...aligned, minImages: 2, out: threaded, workers: 2 });
    expect(content(threaded)).toEqual(content(out));
  });

  it('looks again at photos whose crops or lines a power cut kept from the disk', async () => {
    const cut = join(outs, 'cut');
    const controller = new AbortController();
    const options = { ...aligned, minImages: 2, out: cut };
    const stop = prepareDataset(photos, {
      ...options,
      signal: controller.signal,
      onProgress: done => done > 8 && controller.abort(),
    });
    await expect(stop).rejects.toMatchObject({ code: 'ABORTED' });
    const [crops, journal] = ['crops.bin', 'journal.jsonl'].map(file => join(`${cut}.building`, file)) as [
      string,
      string,
    ];
    const bytes = await readFile(crops);
    await writeFile(crops, bytes.fill(0, bytes.length - 1500, bytes.length - 1000));
    await appendFile(
      journal,
      Buffer.concat([Buffer.alloc(512), Buffer.from('\n{"source":"p0/0.png","offset":1e9}\n')]),
    );
    const { resumed } = await prepareDataset(photos, options);
    expect(resumed).toBe(7);
    expect(content(cut)).toEqual(content(out));
  });

  it('goes on with other threads and without the network, and says so when other settings begin anew', async () => {
    const again = join(outs, 'again');
    const controller = new AbortController();
    const notices: string[] = [];
    const options = { ...aligned, out: again, onNotice: (notice: string) => notices.push(notice) };
    const stop = prepareDataset(photos, {
      ...options,
      signal: controller.signal,
      onProgress: done => done > 5 && controller.abort(),
    });
    await expect(stop).rejects.toMatchObject({ code: 'ABORTED' });
    const stopped = new AbortController();
    const more = {
      analysis: { threads: 1, offline: true },
      signal: stopped.signal,
      onProgress: () => stopped.abort(),
    };
    await expect(prepareDataset(photos, { ...options, ...more })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(notices).toEqual([]);
    const { resumed } = await prepareDataset(photos, { ...options, size: 24 });
    expect(resumed).toBe(0);
    expect(notices).toEqual([expect.stringContaining('other settings')]);
  });

  it('lets one process at a time make a data set', async () => {
    const busy = join(outs, 'busy');
    const runs = [1, 2].map(() => prepareDataset(photos, { ...aligned, out: busy }));
    const outcomes = await Promise.allSettled(runs);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'INVALID_ARGUMENT' },
    });
    expect(readdirSync(outs).filter(name => name.startsWith('busy'))).toEqual(['busy']);
  });

  it('tells of a full disk, and goes on when there is room', async () => {
    const full = join(outs, 'full');
    const controller = new AbortController();
    const options = { ...aligned, minImages: 2, out: full };
    const stop = prepareDataset(photos, {
      ...options,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stop).rejects.toMatchObject({ code: 'ABORTED' });
    const crops = join(`${full}.building`, 'crops.bin');
    rmSync(crops);
    symlinkSync('/dev/full', crops);
    await expect(prepareDataset(photos, options)).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: expect.stringContaining('disk is full'),
    });
    expect(existsSync(full)).toBe(false);
    rmSync(crops);
    await prepareDataset(photos, options);
    expect(content(full)).toEqual(content(out));
  });

  it('has coded errors for folders with nothing in them', async () => {
    const empty = temporaryHere('empty');
    await mkdir(join(empty, 'nobody'), { recursive: true });
    const invalid = { code: 'DATASET_INVALID' };
    await expect(prepareDataset(empty, { ...aligned, out: join(outs, 'e') })).rejects.toMatchObject(invalid);
    await writeFile(join(empty, 'nobody', 'x.jpg'), 'no image');
    await expect(prepareDataset(empty, { ...aligned, out: join(outs, 'e') })).rejects.toMatchObject({
      ...invalid,
      message: expect.stringContaining('unreadable 1'),
    });
    await expect(
      prepareDataset(join(empty, 'gone'), { ...aligned, out: join(outs, 'e') }),
    ).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    for (const wrong of [
      { size: 0 },
      { minImages: 0 },
      { nearCopy: 2 },
      { encoding: { format: 'jpeg', quality: 0 } as const },
    ])
      await expect(
        prepareDataset(photos, { ...aligned, ...wrong, out: join(outs, 'e') }),
      ).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    expect(existsSync(join(outs, 'e'))).toBe(false);
  });

  const temporaryHere = (name: string) => join(outs, name);

  it('takes grey pictures of another shape: the whole picture, its proportions kept', async () => {
    const grey = join(outs, 'grey');
    await mkdir(join(grey, 's1'), { recursive: true });
    const header = Buffer.from('P5\n20 32\n255\n');
    for (const i of [1, 2]) {
      const pixels = Buffer.from(drawnImage([i], 20, 32).data.filter((_, at) => at % 3 === 0));
      await writeFile(join(grey, 's1', `${i}.pgm`), Buffer.concat([header, pixels]));
    }
    const set = join(outs, 'grey-set');
    await prepareDataset(grey, { ...aligned, out: set, encoding: { format: 'png' } });
    const dataset = await openFaceDataset(set);
    const { data } = (await dataset.get(0)).pixels;
    const first = drawnImage([1], 20, 32).data;
    for (let y = 0; y < 32; y++)
      for (let x = 0; x < 32; x++) {
        const level = x >= 6 && x < 26 ? first[(y * 20 + x - 6) * 3]! : 0;
        expect([...data.subarray((y * 32 + x) * 3, (y * 32 + x) * 3 + 3)]).toEqual([level, level, level]);
      }
    await dataset.close();
  });
});

describe('prepareDataset, from photos', () => {
  it('finds the largest face near the middle, drops what has no face or a small one', async () => {
    const folder = join(outs, 'photos');
    const [first, second] = await fetchDemoPhotos();
    for (const person of ['ada', 'bea']) await mkdir(join(folder, person), { recursive: true });
    await copyFile(first!, join(folder, 'ada', 'a.jpg'));
    await writeFile(join(folder, 'ada', 'drawn.png'), await encodePng(drawnImage([3], 200, 200)));
    await copyFile(second!, join(folder, 'bea', 'b.jpg'));
    await copyFile(first!, join(folder, 'bea', 'c.jpg'));
    const prepare = (name: string, minFace: number) =>
      prepareDataset(folder, { out: join(outs, name), workers: 0, minFace, onNotice: () => undefined });
    const preparation = await prepare('faces', 40);
    expect(preparation.dropped.map(({ source, reason }) => [source, reason])).toEqual([
      ['ada/drawn.png', 'no-face'],
      ['bea/c.jpg', 'copy'],
    ]);
    expect(preparation.severalFaces).toEqual(['ada/a.jpg', 'bea/b.jpg']);
    const dataset = await openFaceDataset(join(outs, 'faces'));
    expect([dataset.length, dataset.classes, dataset.imageSize.width]).toEqual([2, 2, 112]);
    await dataset.close();
    await expect(prepare('large', 5000)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('too-small'),
    });
  });
});
