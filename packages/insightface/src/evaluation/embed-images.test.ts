import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { FaceAnalysis } from '../analysis/face-analysis.js';
import { InsightFaceError } from '../errors.js';
import { embedAlignedImages, embedImages } from './embed-images.js';

const recognizer = { name: 'drawn', dimension: 2, inputSize: 112, fingerprint: '00' };
const face = { bbox: [0, 0, 1, 1], kps: [[0, 0], [0, 0], [0, 0], [0, 0], [0, 0]], detScore: 1, pose: { pitch: 0, yaw: 0, roll: 0 }, quality: 1 } as const; // biome-ignore format: a face

/** Answers by the path: `.../one.jpg` has a face, `.../empty.jpg` has not, `.../bad.jpg` cannot be read. */
const app: Pick<FaceAnalysis, 'stream' | 'recognizer'> = {
  recognizer,
  async *stream(inputs, options) {
    expect(options?.maxNum).toBe(1);
    for await (const input of inputs) {
      const path = String(input);
      if (path.endsWith('bad.jpg')) yield { input, error: new InsightFaceError('IMAGE_INVALID', 'Damaged.') };
      else {
        const faces = path.endsWith('one.jpg')
          ? [{ ...face, embedding: Float32Array.of(path.length, 1) }]
          : [];
        const timings = { decode: 0, detect: 0, landmark: 0, align: 0, embed: 0, attributes: 0, network: 0 };
        yield { input, width: 1, height: 1, faces, timings };
      }
    }
  },
};

test('every image has an entry under its own name; a missing face and an unreadable file are told apart', async () => {
  const steps: number[] = [];
  const images = new Map([['a', '/x/one.jpg'], ['b', '/x/empty.jpg'], ['c', '/x/bad.jpg'], ['d', '/long/one.jpg']]); // biome-ignore format: short
  const { embeddings, failures } = await embedImages(app, images, { onProgress: done => steps.push(done) });
  expect([...embeddings.keys()]).toEqual(['a', 'b', 'c', 'd']);
  expect(embeddings.get('a')?.[0]).toBe('/x/one.jpg'.length);
  expect(embeddings.get('d')?.[0]).toBe('/long/one.jpg'.length);
  expect([embeddings.get('b'), embeddings.get('c')]).toEqual([undefined, undefined]);
  expect([...failures.keys()]).toEqual(['c']);
  expect(steps).toEqual([1, 2, 3, 4]);
});

test('aligned crops keep their names when one of them cannot be decoded', async () => {
  const grey = (level: number) =>
    sharp({ create: { width: 112, height: 112, channels: 3, background: { r: level, g: level, b: level } } })
      .png()
      .toBuffer();
  const images = new Map<string, Uint8Array>();
  for (let i = 0; i < 40; i++) images.set(`${i}`, i === 7 ? Uint8Array.of(1, 2, 3) : await grey(i));
  const { embeddings, failures } = await embedAlignedImages(
    { recognizer, embedAligned: async crops => crops.map(crop => Float32Array.of(crop.data[0]!)) },
    images,
  );
  expect([...failures.keys()]).toEqual(['7']);
  for (let i = 0; i < 40; i++) expect(embeddings.get(`${i}`)?.[0]).toBe(i === 7 ? undefined : i);
});

test('a pack without a recogniser cannot be evaluated', async () => {
  await expect(embedImages({ ...app, recognizer: undefined }, new Map())).rejects.toMatchObject({
    code: 'PACK_INVALID',
  });
});
