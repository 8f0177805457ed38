import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { FaceAnalysis } from '../analysis/face-analysis.js';
import { readPeople } from '../evaluation/datasets.js';
import { embedAlignedImages } from '../evaluation/embed-images.js';
import { thresholdAtFar } from '../recognition/index.js';
import { sharedPath } from '../testing/shared-data.js';
import { addFaces, createClusters, measureClusters } from './index.js';

it('puts real faces together by person, at the threshold for one false accept in 100,000', async () => {
  const { items, images } = await readPeople(sharedPath('data/celebrities-112'));
  const taken = new Map<string, number>();
  const bytes = new Map<string, Uint8Array>();
  for (const { image, person } of items) {
    const count = taken.get(person) ?? 0;
    taken.set(person, count + 1);
    if (count < 30) bytes.set(image, await readFile(images.get(image)!));
  }
  const app = await FaceAnalysis.create({ tasks: ['recognition'] });
  const { embeddings } = await embedAlignedImages(app, bytes);
  const threshold = thresholdAtFar(app.recognizer?.thresholds ?? {}, 1e-5);
  await app.dispose();

  const faces = [...embeddings].map(([id, embedding]) => ({ id, photo: id, embedding: embedding! }));
  const personOf = new Map(items.map(({ image, person }) => [image, person]));
  const measure = (state: ReturnType<typeof createClusters>) =>
    measureClusters(state.faces.map(({ id, cluster }) => ({ cluster, person: personOf.get(id)! }))).bcubed;
  const atOnce = measure(addFaces(createClusters(threshold), faces));
  expect(atOnce.precision).toBeGreaterThan(0.99);
  expect(atOnce.recall).toBeGreaterThan(0.85);

  const half = addFaces(
    createClusters(threshold),
    faces.filter((_, index) => index % 2 === 0),
  );
  const inParts = measure(
    addFaces(
      half,
      faces.filter((_, index) => index % 2 === 1),
    ),
  );
  expect(inParts.precision).toBeGreaterThan(0.99);
  expect(inParts.recall).toBeGreaterThan(0.85);
});
