import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sharedPath } from '../testing/shared-data.js';
import { readDetectionTruth, readPairs, readPeople, readVerificationBin } from './datasets.js';

test("InsightFace's own small_lfw.bin: flags, and every image byte for byte", async () => {
  const golden = JSON.parse(readFileSync(sharedPath('golden/evaluation.json'), 'utf8')) as {
    'small_lfw.bin': { issame: boolean[]; image_sha256: string[] };
  };
  const { pairs, images } = await readVerificationBin(sharedPath('data/small_lfw.bin'));
  expect(pairs.map(pair => pair.same)).toEqual(golden['small_lfw.bin'].issame);
  const hashes = [...images.values()].map(image => createHash('sha256').update(image).digest('hex'));
  expect(hashes).toEqual(golden['small_lfw.bin'].image_sha256);
});

test('LFW View 2 and View 1: counts, folds, and an image for every name', async () => {
  const view2 = await readPairs(sharedPath('data/lfw'), sharedPath('data/lfw/pairs.txt'));
  expect([view2.pairs.length, view2.images.size]).toEqual([6000, 7701]);
  for (let fold = 0; fold < 10; fold++) {
    const own = view2.pairs.slice(600 * fold, 600 * fold + 600);
    expect(own.every(pair => pair.fold === fold)).toBe(true);
    expect(own.filter(pair => pair.same)).toHaveLength(300);
  }
  const train = await readPairs(sharedPath('data/lfw'), sharedPath('data/lfw/pairsDevTrain.txt'));
  const test = await readPairs(sharedPath('data/lfw'), sharedPath('data/lfw/pairsDevTest.txt'));
  expect([train.pairs.length, test.pairs.length]).toEqual([2200, 1000]);
});

test('people of the ORL set', async () => {
  const { items } = await readPeople(sharedPath('data/orl'));
  expect([items.length, new Set(items.map(item => item.person)).size]).toEqual([400, 40]);
});

test('boxes and points of the unaligned LFW frames and of the group photos', async () => {
  const frames = await readDetectionTruth(sharedPath('data/lfw-unaligned/landmarks5_boxes.txt'));
  expect(frames).toHaveLength(2487);
  expect(frames[0]!.faces[0]!.kps![2]).toEqual([75.15, 85.65]);
  const names = ['testing_with_face_landmarks.xml', 'training_with_face_landmarks.xml'];
  const photos = (
    await Promise.all(names.map(name => readDetectionTruth(sharedPath(`data/group-photos/${name}`))))
  ).flat();
  const faces = photos.flatMap(photo => photo.faces);
  expect(faces).toHaveLength(43);
  // Five points lie in the order left eye, right eye, nose, left and right mouth corner, as the image shows them.
  for (const { kps } of faces) {
    const [left, right, nose, mouthLeft, mouthRight] = kps!;
    expect(left[0]).toBeLessThan(right[0]);
    expect(mouthLeft[0]).toBeLessThan(mouthRight[0]);
    expect(Math.min(left[1], right[1])).toBeLessThan(nose[1]);
  }
});
