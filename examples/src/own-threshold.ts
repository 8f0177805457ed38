// A threshold from pairs of your own: node dist/own-threshold.js FOLDER
// FOLDER holds a folder of photos for each person, whose face is the largest; all pairs of photos are compared.
import { embedImages, evaluateVerification, FaceAnalysis, readPeople } from 'insightface-ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: own-threshold FOLDER');

const app = await FaceAnalysis.create({ tasks: ['detection', 'landmark', 'recognition'], detMetric: 'max' });
const { items, images } = await readPeople(folder);
const { embeddings } = await embedImages(app, images);
const pairs = items.flatMap((first, index) =>
  items.slice(index + 1).map(second => ({
    a: first.image,
    b: second.image,
    same: first.person === second.person,
  })),
);
const { roc, tar, similarities, missedImages } = evaluateVerification({ pairs, embeddings });
console.log(`${roc.genuine} pairs of one person, ${roc.impostor} of different people`);
for (const image of missedImages) console.log(`no face in ${image}`);
// A rate of 1 in 1000 shows from 1000 pairs of different people on.
for (const { target, threshold, value } of tar)
  console.log(
    `FAR ${target}: cosine ${threshold.toFixed(3)}, ${(value * 100).toFixed(1)} % of true pairs pass`,
  );
const scores = (same: boolean) =>
  pairs.flatMap((pair, index) => (pair.same === same ? [similarities[index] ?? 0] : []));
console.log(`least similar photos of one person: ${Math.min(...scores(true)).toFixed(3)}`);
console.log(`most similar strangers: ${Math.max(...scores(false)).toFixed(3)}`);
await app.dispose();
