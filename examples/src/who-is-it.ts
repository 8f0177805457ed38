// Enrols the people of a folder, and names the faces of another photo: node dist/who-is-it.js FOLDER PHOTO
// A person is a file, `Ada.jpg`; of several faces in it the largest counts. The gallery is made anew each time.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { openGallery } from '@insightface-ts/gallery';
import { FaceAnalysis, thresholdAtFar } from 'insightface-ts';

const [folder, photo] = process.argv.slice(2);
if (folder === undefined || photo === undefined) throw new Error('Usage: who-is-it FOLDER PHOTO');

const app = await FaceAnalysis.create({ detMetric: 'max' });
const { recognizer } = app;
if (!recognizer?.thresholds) throw new Error('The pack has no thresholds.');
const store = await mkdtemp(join(tmpdir(), 'who-is-it-'));
const gallery = await openGallery(store, { model: recognizer });

for (const file of await readdir(folder)) {
  const [face] = await app.get(join(folder, file), { maxNum: 1 });
  if (face?.embedding) await gallery.enroll(parse(file).name, face.embedding, { source: file });
}

// A search among N people compares N times: 1 in 10,000 suits some tens of people.
const threshold = thresholdAtFar(recognizer.thresholds, 1e-4);
for (const { bbox, embedding } of await app.get(photo)) {
  const [best] = embedding ? await gallery.search(embedding, { limit: 1, threshold }) : [];
  console.log(
    `face at ${Math.round(bbox[0])}, ${Math.round(bbox[1])}:`,
    best ? `${best.name}, cosine ${best.similarity.toFixed(3)}` : 'not enrolled',
  );
}
await gallery.close();
await rm(store, { recursive: true });
await app.dispose();
