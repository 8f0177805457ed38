// The main job in one command: real photos, faces found and measured, people enrolled from some photos and named in
// others, and what a threshold means.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Gallery } from '@insightface-ts/gallery';
import type { Command } from 'commander';
import { type Face, type FaceAnalysis, fetchDemoPhotos, thresholdAtFar } from 'insightface-ts';
import { type AppOptions, addAppOptions, withApp } from '../app.js';
import { faceLabel } from '../face-label.js';
import { openGallery } from '../gallery.js';
import { makeFolder, writeOutput } from '../output-file.js';
import { Progress } from '../progress.js';
import { measuredThreshold } from '../recognizer.js';
import { formatTable } from '../table.js';
import { print, visible } from '../terminal.js';

interface DemoOptions extends AppOptions {
  readonly out: string;
}

/** Who is enrolled, left to right. The names are invented. */
const enrolled: Readonly<Record<string, readonly string[]>> = {
  'sample1.jpg': ['Ada', 'Bea', 'Cleo'],
  'sample4.jpg': ['Dora', 'Ella', 'Fay', 'Gwen'],
  'sample5.jpg': ['Hana', 'Ines', 'Jo', 'Kim', 'Lena'],
};
const demoFar = 1e-4;

interface Photo {
  readonly path: string;
  readonly name: string;
  readonly faces: readonly Face[];
}

export function addDemo(program: Command): void {
  const command = program
    .command('demo')
    .description(
      'find, measure and recognise the people of six photos (fetched once, about 85 MB with the models)',
    )
    .option('--out <folder>', 'where the annotated PNG files go', 'demo-output')
    .addHelpText('after', '\nExample:\n  insightface demo --out /tmp/faces')
    .action(demo);
  addAppOptions(command);
}

async function demo(options: DemoOptions): Promise<void> {
  const start = performance.now();
  const progress = new Progress('Fetching photos');
  const paths = await fetchDemoPhotos({
    onProgress: event => progress.update(event.received, event.total ?? 0, 'bytes'),
    ...(options.offline !== undefined && { offline: options.offline }),
  }).finally(() => progress.end());
  const folder = await mkdtemp(join(tmpdir(), 'insightface-demo-'));
  await withApp(options, {}, async app => {
    const gallery = await openGallery({ gallery: join(folder, 'gallery') }, app);
    try {
      const photos = await analyze(app, paths);
      printFaces(photos);
      await enrollPeople(gallery, photos);
      const named = await nameFaces(app, gallery, photos);
      await printThresholds(app, gallery, photos);
      await drawPhotos(app, photos, named, options.out);
    } finally {
      await gallery.close();
    }
  }).finally(() => rm(folder, { recursive: true, force: true }));
  print(
    `\nDone in ${((performance.now() - start) / 1000).toFixed(1)} s. Next: insightface analyze YOUR-PHOTO.jpg`,
  );
}

async function analyze(app: FaceAnalysis, paths: readonly string[]): Promise<Photo[]> {
  const photos: Photo[] = [];
  for await (const item of app.stream(paths)) {
    if ('error' in item) throw item.error;
    const faces = item.faces.toSorted((a, b) => a.bbox[0] - b.bbox[0]);
    photos.push({ path: item.input, name: basename(item.input), faces });
  }
  return photos;
}

function printFaces(photos: readonly Photo[]): void {
  const count = photos.reduce((sum, photo) => sum + photo.faces.length, 0);
  print(`1. Found and measured: ${count} faces in ${photos.length} photos (left to right)\n`);
  const rows = photos.flatMap(photo =>
    photo.faces.map((face, index) => [
      index === 0 ? photo.name : '',
      face.bbox.map(value => value.toFixed(0)).join(' '),
      face.detScore.toFixed(2),
      face.gender ?? '',
      face.age?.toFixed(0) ?? '',
      face.pose.yaw.toFixed(0),
      face.quality.toFixed(2),
    ]),
  );
  print(formatTable([['photo', 'box', 'score', 'sex', 'age', 'yaw', 'quality'], ...rows]));
}

async function enrollPeople(gallery: Gallery, photos: readonly Photo[]): Promise<void> {
  const names: string[] = [];
  for (const photo of photos)
    for (const [index, name] of (enrolled[photo.name] ?? []).entries()) {
      const embedding = photo.faces[index]?.embedding;
      if (!embedding) continue;
      await gallery.enroll(name, embedding, { source: photo.name });
      names.push(name);
    }
  const from = Object.keys(enrolled).join(', ');
  print(`\n2. Enrolled ${names.length} people from ${from}, under invented names:\n   ${names.join(', ')}`);
}

/** Names of the faces in the photos that were not enrolled from. */
async function nameFaces(
  app: FaceAnalysis,
  gallery: Gallery,
  photos: readonly Photo[],
): Promise<Map<Face, string>> {
  const threshold = measuredThreshold(app, demoFar) ?? 0.4;
  const others = photos.filter(photo => !enrolled[photo.name]);
  print(
    `\n3. Looked for them in ${others.map(photo => photo.name).join(', ')} (threshold ${threshold.toFixed(2)}):\n`,
  );
  const named = new Map<Face, string>();
  for (const photo of photos)
    for (const [index, name] of (enrolled[photo.name] ?? []).entries()) {
      const face = photo.faces[index];
      if (face) named.set(face, name);
    }
  const rows = [['photo', 'face', 'nearest', 'cosine', 'answer']];
  for (const photo of others)
    for (const [index, face] of photo.faces.entries()) {
      const [best] = face.normedEmbedding ? await gallery.search(face.normedEmbedding, { limit: 1 }) : [];
      if (!best) continue;
      const known = best.similarity >= threshold;
      if (known) named.set(face, best.name);
      rows.push([
        index === 0 ? photo.name : '',
        `${index + 1} of ${photo.faces.length}`,
        best.name,
        best.similarity.toFixed(3),
        known ? `this is ${best.name}` : 'not enrolled',
      ]);
    }
  print(formatTable(rows));
  return named;
}

/** The nearest strangers show why a threshold always goes with a false accept rate. */
async function printThresholds(app: FaceAnalysis, gallery: Gallery, photos: readonly Photo[]): Promise<void> {
  const thresholds = app.recognizer?.thresholds;
  if (!thresholds) return;
  const probes = photos
    .filter(photo => !enrolled[photo.name])
    .flatMap(photo => photo.faces)
    .flatMap(face => face.normedEmbedding ?? []);
  const found = await gallery.searchMany(probes, { limit: 1 });
  const best = found.map(([match]) => match?.similarity ?? 0).sort((a, b) => b - a);
  print('\n4. What a threshold means: a lower one names more faces, and sooner a wrong one\n');
  const rows = Object.keys(thresholds)
    .map(Number)
    .sort((a, b) => b - a)
    .map(far => {
      const threshold = thresholdAtFar(thresholds, far);
      const named = best.filter(similarity => similarity >= threshold).length;
      return [`1 in ${Math.round(1 / far)}`, threshold.toFixed(3), String(named)];
    });
  print(formatTable([['strangers who pass', 'cosine', 'faces named (1 is right)'], ...rows]));
}

async function drawPhotos(
  app: FaceAnalysis,
  photos: readonly Photo[],
  named: ReadonlyMap<Face, string>,
  out: string,
): Promise<void> {
  await makeFolder(out);
  print('\n5. Drawn:');
  for (const photo of photos) {
    const faces = photo.faces.map(face => ({
      ...face,
      label: [named.get(face), faceLabel(face)].filter(part => part !== undefined).join(', '),
    }));
    const file = resolve(out, photo.name.replace(/\.jpg$/, '.png'));
    await writeOutput(file, await app.draw(photo.path, faces));
    print(`   ${visible(file)}`);
  }
}
