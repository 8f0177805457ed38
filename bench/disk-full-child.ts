// Enrols people until the disk takes no more, then looks at what is there, and prints it as JSON.
import { Gallery } from '@insightface-ts/gallery';
import { durabilityModel, embeddingsOf, metadataOf } from './durability-people.js';

const [folder = ''] = process.argv.slice(2);
const gallery = await Gallery.open(folder, { model: durabilityModel });
let acknowledged = 0;
let code: unknown;
while (code === undefined && acknowledged < 5000) {
  const name = `person ${acknowledged}`;
  try {
    await gallery.enroll(name, embeddingsOf(name), { metadata: metadataOf(name) });
    acknowledged++;
  } catch (error) {
    code = error instanceof Error && 'code' in error ? error.code : String(error);
  }
}
const after = gallery.check();
const found = gallery.search(embeddingsOf('person 3')[0]!, { limit: 1 })[0]?.name;
await gallery.close();
const again = await Gallery.open(folder, { model: durabilityModel });
console.log(JSON.stringify({ acknowledged, code, after, found, reopened: again.check() }));
await again.close();
