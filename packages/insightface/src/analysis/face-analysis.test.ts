// The promises of FaceAnalysis itself, with the default pack.
import { afterAll, describe, expect, it } from 'vitest';
import { createImage } from '../image/image.js';
import { fetchDemoPhotos } from '../zoo/index.js';
import { FaceAnalysis } from './face-analysis.js';

const [first = '', second = ''] = await fetchDemoPhotos();
const app = await FaceAnalysis.create({ tasks: ['landmark'] });
afterAll(() => app.dispose());

describe('stream', () => {
  it('answers in order, tells of what cannot be read, and goes on', async () => {
    const items = [];
    for await (const item of app.stream([first, 'absent.jpg', createImage(64, 48)])) items.push(item);
    expect(items.map(item => ('error' in item ? item.error : item.faces.length))).toEqual([
      3,
      expect.objectContaining({ code: 'FILE_NOT_FOUND' }),
      0,
    ]);
    expect(items[2]).toMatchObject({ width: 64, height: 48 });
  });

  it('closes its source when the caller stops early', async () => {
    let closed = false;
    async function* endless() {
      try {
        for (;;) yield createImage(32, 32);
      } finally {
        closed = true;
      }
    }
    for await (const _ of app.stream(endless())) break;
    expect(closed).toBe(true);
  });
});

describe('get', () => {
  it('gives calls at the same time what it gives each alone', async () => {
    const together = await Promise.all([app.get(first), app.get(second), app.get(first)]);
    const alone = [await app.get(first), await app.get(second)];
    expect(together).toEqual([alone[0], alone[1], alone[0]]);
  });

  it('refuses options outside their range, of the object and of the call', async () => {
    const invalid = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
    await expect(app.get(createImage(32, 32), { detThresh: 2 })).rejects.toEqual(invalid);
    await expect(app.get(createImage(32, 32), { maxNum: -1 })).rejects.toEqual(invalid);
    await expect(FaceAnalysis.create({ detThresh: Number.NaN })).rejects.toEqual(invalid);
  });

  it('does of the loaded tasks only those that the call names', async () => {
    const [all] = await app.get(first);
    const [few] = await app.get(first, { tasks: ['detection'] });
    const { landmark68, ...rest } = all ?? {};
    expect(landmark68).toHaveLength(68);
    expect(few).toEqual(rest);
    expect(app.tasks).toEqual(['detection', 'landmark']);
    await expect(app.get(first, { tasks: ['recognition'] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('detection, landmark'),
    });
  });

  it('stops when its signal has fired', async () => {
    await expect(app.get(first, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('says which task is needed where the detector gives no five points', async () => {
    const bare = await FaceAnalysis.create({ tasks: ['recognition'] });
    await expect(bare.get(first)).rejects.toMatchObject({
      code: 'PACK_INVALID',
      message: expect.stringContaining('"landmark"'),
    });
    await bare.dispose();
  });
});

it('runs nothing after it was disposed of', async () => {
  const gone = await FaceAnalysis.create({ include: ['liveness'] });
  await gone.warmup();
  await gone.dispose();
  await expect(gone.get(first)).rejects.toMatchObject({ code: 'DISPOSED' });
});
