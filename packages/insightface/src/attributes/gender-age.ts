// Gender and age: one network, both answers.
import { InsightFaceError } from '../errors.js';
import type { Image } from '../image/image.js';
import { roundHalfEven } from '../image/resize.js';
import { allFinite } from '../runtime/finite.js';
import { inputSize, modelSession, runBatches } from '../runtime/run-batches.js';
import type { Session } from '../runtime/session.js';
import { lookUp } from '../zoo/look-up.js';
import type { ModelSpec } from '../zoo/manifest.js';
import type { FaceRef, GenderAge, GenderAgeModel } from './attribute-model.js';
import { insightFaceCrop, smoothCrop } from './face-crop.js';

interface GenderAgeFamily {
  crop(face: FaceRef, size: number): Image;
  /** The answer for one face, from its share of each output; undefined when these are not the family's outputs. */
  read(outputs: readonly Float32Array[]): GenderAge | undefined;
}

const families: Readonly<Record<string, GenderAgeFamily>> = {
  /**
   * HSE-FaceRes: a sigmoid that is 1 for men, and 100 probabilities, one for each year of age. A. Savchenko,
   * "Efficient facial representations for age, gender and identity recognition", PeerJ CS 2019.
   */
  faceres: {
    crop: (face, size) => smoothCrop(face, size, 1).image,
    read: outputs => {
      const male = outputs.find(values => values.length === 1)?.[0];
      const years = outputs.find(values => values.length === 100);
      if (male === undefined || !years) return undefined;
      const gender = male >= 0.5 ? 'M' : 'F';
      return { gender, genderScore: Math.max(male, 1 - male), ...ageOf(years) };
    },
  },
  /** InsightFace's genderage: scores of female and male, and age / 100. */
  genderage: {
    crop: (face, size) => insightFaceCrop(face, size, 1.5).image,
    read: ([values]) => {
      if (values?.length !== 3) return undefined;
      const [female = 0, male = 0, century = 0] = values;
      return { gender: male > female ? 'M' : 'F', age: roundHalfEven(century * 100) };
    },
  },
};

/**
 * A gender and age model of a pack, ready to run.
 * @param sessions - One session, with the role `model`.
 * @throws InsightFaceError `PACK_INVALID` when the family is not known, `MODEL_INVALID` when the graph does not fit it.
 */
export function createGenderAgeModel(
  spec: ModelSpec,
  sessions: ReadonlyMap<string, Session>,
): GenderAgeModel {
  const family = lookUp(families, spec);
  const session = modelSession(spec, sessions);
  const [, size] = inputSize(spec, session);
  return {
    estimate: async (faces, options = {}) => {
      const crops = faces.map(face => family.crop(face, size));
      const outputs = [...(await runBatches(session, crops, spec.input, options.signal)).values()];
      if (!outputs.flat().every(allFinite))
        throw new InsightFaceError(
          'MODEL_INVALID',
          `${spec.name} answers with numbers that are not finite. Check mean and std in its manifest.`,
        );
      return faces.map((_, index) => {
        const answer = family.read(outputs.map(answers => answers[index] ?? new Float32Array()));
        if (!answer)
          throw new InsightFaceError(
            'MODEL_INVALID',
            `${spec.name} does not have the outputs of a ${spec.family} network.`,
          );
        return answer;
      });
    },
    dispose: () => session.dispose(),
  };
}

/** Expected age, and the middle 80 % of the distribution; a bin reaches half a year to either side. */
function ageOf(years: Float32Array): { age: number; ageRange: [low: number, high: number] } {
  let total = 0;
  let weighted = 0;
  for (let year = 0; year < years.length; year++) {
    total += years[year] as number;
    weighted += (years[year] as number) * year;
  }
  return { age: weighted / total, ageRange: [quantile(years, 0.1 * total), quantile(years, 0.9 * total)] };
}

function quantile(years: Float32Array, mass: number): number {
  let below = 0;
  for (let year = 0; year < years.length; year++) {
    const here = years[year] as number;
    if (below + here >= mass) return Math.max(0, year - 0.5 + (mass - below) / here);
    below += here;
  }
  return years.length - 1;
}
