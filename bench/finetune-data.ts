// A new domain made from crops: faces by night, held askew. Gamma 2 and a third of the light, in 8 bits as a camera would
// store it, then turned by up to 30 degrees either way, black where nothing was.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createAugmenter, parseAugmentation } from '@insightface-ts/train';
import { createImage, decodeImage, encodePng, type Image, listImages } from 'insightface-ts';
import { makeOnce } from './face-crops.js';
import { mulberry32 } from './random.js';

const GAMMA = 2;
const LIGHT = 1 / 3;

const turn = createAugmenter(parseAugmentation([{ kind: 'rotate', degrees: 30 }]));

/** Writes the crops of a folder, dark and turned, to another where it is not there yet; the same draws each time. */
export async function darkenAndTurn(crops: string, folder: string): Promise<void> {
  await makeOnce(folder, async temporary => {
    for (const [i, name] of (await listImages(crops)).entries()) {
      const image = await decodeImage(await readFile(join(crops, name)));
      const file = join(temporary, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, await encodePng(await turn(darken(image), mulberry32(i))));
    }
  });
}

function darken({ width, height, data }: Image): Image {
  const dark = createImage(width, height);
  for (const [i, level] of data.entries()) dark.data[i] = Math.round(255 * LIGHT * (level / 255) ** GAMMA);
  return dark;
}
