import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { centralFace, openDetector } from '../testing/central-face.js';
import { dataImage } from '../testing/golden.js';
import { packModel } from '../testing/pack-models.js';
import { sharedPath } from '../testing/shared-data.js';
import type { FaceRef } from './attribute-model.js';
import { createGenderAgeModel } from './gender-age.js';

it('tells gender and age of UTKFace about as well as was measured for these weights', async () => {
  const detector = await openDetector();
  const { spec, sessions } = await packModel('open', 'gender-age');
  const model = createGenderAgeModel(spec, sessions);
  const files = readdirSync(sharedPath('data/utkface')).filter(
    (name, index) => name.endsWith('.jpg') && index % 8 === 0,
  );
  const faces: (FaceRef & { years: number; man: boolean })[] = [];
  for (const name of files) {
    // AGE_GENDER_RACE_DATE.jpg.chip.jpg; gender 0 is male.
    const [years = 0, gender] = name.split('_').map(Number);
    const image = await dataImage(`utkface/${name}`);
    const found = await centralFace(detector, image);
    if (found) faces.push({ image, bbox: found.bbox, years, man: gender === 0 });
  }
  expect(faces.length).toBeGreaterThan(0.98 * files.length);
  const answers = await model.estimate(faces);
  const judged = faces.map((face, index) => ({ face, answer: answers[index] as (typeof answers)[number] }));

  const adults = judged.filter(({ face }) => face.years >= 18);
  const right = adults.filter(({ face, answer }) => (answer.gender === 'M') === face.man);
  expect(right.length / adults.length).toBeGreaterThan(0.9);

  const working = judged.filter(({ face }) => face.years >= 18 && face.years <= 70);
  const errors = working.map(({ face, answer }) => Math.abs(answer.age - face.years));
  expect(errors.reduce((sum, value) => sum + value, 0) / errors.length).toBeLessThan(7.6);

  // The network is surer than it should be: its middle 80 % holds about 64 % of the ages.
  const inside = judged.filter(({ face, answer }) => {
    const [low, high] = answer.ageRange as readonly [number, number];
    expect(low).toBeLessThanOrEqual(high);
    return face.years >= low && face.years <= high;
  });
  expect(inside.length / judged.length).toBeGreaterThan(0.55);
});
