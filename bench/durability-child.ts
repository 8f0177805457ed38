// Enrols and removes people until it is killed. Standard output tells what is on the disk: `+name` enrolled,
// `?name` about to be removed, `-name` removed.
import { writeSync } from 'node:fs';
import { openGallery } from '@insightface-ts/gallery';
import { durabilityModel, embeddingsOf, metadataOf } from './durability-people.js';

const lanes = 3;
const [folder = '', prefix = ''] = process.argv.slice(2);
const gallery = await openGallery(folder, { model: durabilityModel });
const tell = (line: string) => writeSync(1, `${line}\n`);

async function work(lane: number): Promise<never> {
  for (let index = 0; ; index++) {
    const name = `${prefix}-${lane}-${index}`;
    await gallery.enroll(name, embeddingsOf(name), { source: `${name}.jpg`, metadata: metadataOf(name) });
    tell(`+${name}`);
    if (index % 5 !== 4) continue;
    const old = `${prefix}-${lane}-${index - 2}`;
    tell(`?${old}`);
    await gallery.remove(old);
    tell(`-${old}`);
  }
}

await Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)));
