// Augmentation as data: a list of steps, each with its options, done to an image one after the other.
import { flipImage, type Image, InsightFaceError } from 'insightface-ts';
import * as v from 'valibot';
import type { Random } from '../data/random.js';
import { blur, blurSchema } from './blur.js';
import { brightnessSchema, changeBrightness } from './brightness.js';
import { changeContrast, contrastSchema } from './contrast.js';
import { cutOut, cutOutSchema } from './cut-out.js';
import { flipSchema } from './flip.js';
import { greySchema, toGrey } from './grey.js';
import { jpegSchema, recompress } from './jpeg.js';
import { lowerResolution, lowResolutionSchema } from './low-resolution.js';
import { randomCrop, randomCropSchema } from './random-crop.js';
import { rotate, rotateSchema } from './rotate.js';

const schemas = [
  flipSchema,
  brightnessSchema,
  contrastSchema,
  greySchema,
  rotateSchema,
  randomCropSchema,
  lowResolutionSchema,
  blurSchema,
  jpegSchema,
  cutOutSchema,
] as const;

/** The list as an experiment or a JSON file states it. */
export const augmentationSchema = v.array(
  v.variant(
    'kind',
    schemas,
    `must be one of ${schemas.map(({ entries }) => entries.kind.literal).join(', ')}`,
  ),
);

/** Steps with what the defaults leave open, as a person writes them: `[{ kind: 'flip' }]`. */
export type AugmentationInput = v.InferInput<typeof augmentationSchema>;
/** Steps with all their options. */
export type Augmentation = v.InferOutput<typeof augmentationSchema>;
/** One step with all its options. */
export type AugmentationStep = Augmentation[number];

/** A good start for small sets of photos. */
export const standardAugmentation: Augmentation = parseAugmentation([
  { kind: 'flip' },
  { kind: 'random-crop', probability: 0.5 },
  { kind: 'rotate', probability: 0.3 },
  { kind: 'brightness', probability: 0.5 },
  { kind: 'contrast', probability: 0.3 },
  { kind: 'grey', probability: 0.1 },
  { kind: 'low-resolution', probability: 0.1 },
  { kind: 'blur', probability: 0.1 },
  { kind: 'jpeg', probability: 0.1 },
  { kind: 'cut-out', probability: 0.1 },
]);

/**
 * Checks a list of steps and fills in defaults.
 * @throws InsightFaceError `INVALID_ARGUMENT` naming the value that is wrong.
 * @example
 * parseAugmentation([{ kind: 'rotate' }]); // [{ kind: 'rotate', probability: 1, degrees: 15 }]
 */
export function parseAugmentation(steps: unknown): Augmentation {
  const result = v.safeParse(augmentationSchema, steps);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new InsightFaceError(
    'INVALID_ARGUMENT',
    `The augmentation is wrong at ${v.getDotPath(issue) ?? 'its top'}: ${issue.message}.`,
  );
}

/** A function that does the steps to an image; the same random numbers give the same image. */
export function createAugmenter(steps: Augmentation): (image: Image, random: Random) => Promise<Image> {
  return async (image, random) => {
    let current = image;
    for (const step of steps) if (random() < step.probability) current = await apply(step, current, random);
    return current;
  };
}

function apply(step: AugmentationStep, image: Image, random: Random): Image | Promise<Image> {
  switch (step.kind) {
    case 'flip':
      return flipImage(image);
    case 'brightness':
      return changeBrightness(image, step, random);
    case 'contrast':
      return changeContrast(image, step, random);
    case 'grey':
      return toGrey(image);
    case 'rotate':
      return rotate(image, step, random);
    case 'random-crop':
      return randomCrop(image, step, random);
    case 'low-resolution':
      return lowerResolution(image, step, random);
    case 'blur':
      return blur(image, step, random);
    case 'jpeg':
      return recompress(image, step, random);
    case 'cut-out':
      return cutOut(image, step, random);
  }
}
