// Who is in which photos of a folder, without any names: node dist/sort-album.js FOLDER
import { relative } from 'node:path';
import {
  addFaces,
  createClusters,
  FaceAnalysis,
  listClusters,
  listImages,
  thresholdAtFar,
} from 'insightface-ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: sort-album FOLDER');

const app = await FaceAnalysis.create({ tasks: ['detection', 'landmark', 'recognition'] });
let clusters = createClusters(thresholdAtFar(app.recognizer?.thresholds ?? {}, 1e-5));
const photos = (await listImages(folder)).map(name => `${folder}/${name}`);
for await (const item of app.stream(photos)) {
  if ('error' in item) {
    console.error(item.error.message);
    continue;
  }
  const photo = relative(folder, item.input);
  clusters = addFaces(
    clusters,
    item.faces.flatMap(({ embedding }, index) =>
      embedding ? [{ id: `${photo}#${index}`, photo, embedding }] : [],
    ),
  );
}
for (const { id, faces } of listClusters(clusters))
  console.log(`${id}: ${faces.map(face => face.photo).join(', ')}`);
await app.dispose();
