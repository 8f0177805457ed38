// Enrols people until the disk takes no more, then looks at what is there, and prints it as JSON.
import { openGallery } from '@insightface-ts/gallery';
import { durabilityModel, embeddingsOf, metadataOf } from './durability-people.js';

const [folder = ''] = process.argv.slice(2);
const gallery = await openGallery(folder, { model: durabilityModel });
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
const after = await gallery.check();
const [found] = await gallery.search(embeddingsOf('person 3')[0]!, { limit: 1 });
await gallery.close();
const again = await openGallery(folder, { model: durabilityModel });
console.log(JSON.stringify({ acknowledged, code, after, found: found?.name, reopened: await again.check() }));
await again.close();
