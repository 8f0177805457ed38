import { readdirSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { centralFace, openDetector } from '../testing/central-face.js';
import { dataImage } from '../testing/golden.js';
import { type OpenModel, packModel, sharedModel } from '../testing/pack-models.js';
import { sharedPath } from '../testing/shared-data.js';
import type { FaceRef } from './attribute-model.js';
import { createLivenessModel } from './liveness.js';

const real: FaceRef[] = [];
const fake: FaceRef[] = [];

beforeAll(async () => {
  const detector = await openDetector();
  const people = readdirSync(sharedPath('data/lfw'), { withFileTypes: true }).filter(entry =>
    entry.isDirectory(),
  );
  const names = people.filter((_, index) => index % 40 === 0).map(({ name }) => name);
  const photos = names.map(name => `lfw/${name}/${readdirSync(sharedPath(`data/lfw/${name}`))[0]}`);
  const add = async (to: FaceRef[], name: string) => {
    const image = await dataImage(name);
    const found = await centralFace(detector, image);
    if (found) to.push({ image, bbox: found.bbox });
  };
  for (const name of photos) await add(real, name);
  await add(fake, 'insightface-samples/bulk/rgb_fake.jpg');
  expect(real.length).toBeGreaterThan(100);
  expect(fake).toHaveLength(1);
});

async function shares({ spec, sessions }: OpenModel) {
  const model = createLivenessModel(spec, sessions);
  const passed = (scores: readonly number[]) => scores.filter(score => score > 0.5).length / scores.length;
  const answers = await model.check([...real, ...fake]);
  for (const score of answers) expect(score >= 0 && score <= 1).toBe(true);
  return { real: passed(answers.slice(0, real.length)), fake: passed(answers.slice(real.length)) };
}

it('fr_liveness passes more than nine of ten photos of people and rejects the one spoof there is', async () => {
  const passed = await shares(await packModel('open', 'liveness'));
  expect(passed.real).toBeGreaterThan(0.9);
  expect(passed.fake).toBe(0);
});

it('minifasnet passes nearly all photos of people and rejects the one spoof there is', async () => {
  const input = { size: [128, 128], color: 'rgb', mean: 0, std: 255, layout: 'nchw' } as const;
  const passed = await shares(
    await sharedModel('AntiSpoofing_bin_1.5_128.onnx', 'liveness', 'minifasnet', input),
  );
  expect(passed.real).toBeGreaterThan(0.95);
  expect(passed.fake).toBe(0);
});
