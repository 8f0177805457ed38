// The split of ORL's 40 people with 10 images each: images 1 to 5 train, 6 to 10 test.
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { IdentificationItem } from 'insightface-ts';
import { cutFaces, makeOnce } from './face-crops.js';
import { sharedPath } from './shared-data.js';

const PEOPLE = Array.from({ length: 40 }, (_, i) => `s${i + 1}`);
/** Numbers of the images of each person. */
const TRAINING = [1, 2, 3, 4, 5];
const TEST = [6, 7, 8, 9, 10];

/** Which images train and which are searched for. */
export interface OrlSplit {
  readonly name: string;
  readonly train: readonly IdentificationItem[];
  readonly test: readonly IdentificationItem[];
}

/** The split that is reported: 200 images and 200. */
export const reported: OrlSplit = splitOf('reported', TRAINING, TEST);

/** For choosing settings: each training image once held out, 160 images and 40. The test images take no part. */
export const heldOut: readonly OrlSplit[] = TRAINING.map(out =>
  splitOf(
    `held-out-${out}`,
    TRAINING.filter(image => image !== out),
    [out],
  ),
);

/** Makes the crops of all 400 images, `sP/I.png`, where they are not there yet. */
export async function prepareOrlCrops(folder: string, size: number): Promise<string> {
  const made = join(folder, `orl-${size}`);
  const items = [...reported.train, ...reported.test];
  await makeOnce(made, temporary =>
    cutFaces(
      items.map(({ image }) => ({
        photo: sharedPath(`data/orl/${image.replace(/png$/, 'pgm')}`),
        crop: image,
      })),
      temporary,
      size,
    ),
  );
  return made;
}

/** A folder with the training images of the split alone. */
export async function trainingFolder(crops: string, { name, train }: OrlSplit): Promise<string> {
  const folder = `${crops}-${name}`;
  await makeOnce(folder, async temporary => {
    for (const { image } of train) await cp(join(crops, image), join(temporary, image));
  });
  return folder;
}

function splitOf(name: string, train: readonly number[], test: readonly number[]): OrlSplit {
  const items = (numbers: readonly number[]) =>
    PEOPLE.flatMap(person => numbers.map(number => ({ person, image: `${person}/${number}.png` })));
  return { name, train: items(train), test: items(test) };
}
