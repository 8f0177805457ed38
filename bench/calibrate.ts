// Cosine thresholds by false accept rate, and the curve from cosine to confidence, of a pack's recogniser: the figures
// that its manifest states. `node bench/dist/calibrate.js [PACK]`
// Strangers: 639 people of LFW, and the celebrities, whom LFW's View 2 (the reported test) does not name; up to
// MOST_IMAGES each. Genuine pairs are pairs of one of them. Impostor pairs are pairs of one of them with anybody else of
// LFW, so that no pair is in the test; the calibration takes only those whose people are both strangers to it.
import { readFile } from 'node:fs/promises';
import {
  embedAlignedImages,
  embedImages,
  FaceAnalysis,
  farKey,
  fitCalibration,
  parsePairs,
  readPeople,
  rocCurve,
  tarAtFar,
  unitEmbeddings,
  wilsonEstimate,
} from 'insightface-ts';
import { sharedPath } from './shared-data.js';

const MOST_IMAGES = 40;
/** At rarer rates LFW's few wrong names (one person under two) decide. */
const RATES = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5];

interface Template {
  readonly person: string;
  readonly unit: Float64Array;
}

const pack = process.argv[2] ?? 'open';
const app = await FaceAnalysis.create({ pack, tasks: ['detection', 'landmark', 'recognition'] });
const tested = await peopleOfView2();
const photos = await fromPhotos('data/lfw');
const crops = await fromCrops('data/celebrities-112');
await app.dispose();

const [strangers, others] = [
  [...photos, ...crops].filter(({ person }) => !tested.has(person)),
  photos.filter(({ person }) => tested.has(person)),
];
const same: number[] = [];
const strange: number[] = [];
for (const [i, a] of strangers.entries())
  for (const b of strangers.slice(i + 1)) (a.person === b.person ? same : strange).push(dot(a.unit, b.unit));
const different = new Float64Array(strange.length + strangers.length * others.length);
different.set(strange);
let filled = strange.length;
for (const a of strangers) for (const b of others) different[filled++] = dot(a.unit, b.unit);

const people = new Set(strangers.map(({ person }) => person)).size;
console.error(
  `${strangers.length} images of ${people} people, and ${others.length} of others: ${same.length} genuine and ${different.length} impostor pairs, ${strange.length} of them of two strangers to the test`,
);
const scores = new Float64Array(same.length + different.length);
scores.set(same);
scores.set(different, same.length);
const roc = rocCurve(
  scores,
  Array.from(scores, (_, i) => i < same.length),
);
const thresholds: Record<string, number> = {};
for (const far of RATES) {
  const point = tarAtFar(roc, far);
  if (!point) continue;
  const falseAccepts = Math.round(point.far * different.length);
  const { low, high } = wilsonEstimate(falseAccepts, different.length);
  console.error(
    `FAR ${farKey(far)}: threshold ${point.threshold.toFixed(4)}, ${falseAccepts} false accepts, FAR between ${low.toExponential(1)} and ${high.toExponential(1)} (95 %), TAR ${(point.value * 100).toFixed(2)} %`,
  );
  thresholds[farKey(far)] = round(point.threshold);
}
const { slope, offset } = fitCalibration(same, strange);
console.log(
  JSON.stringify({ thresholds, calibration: { slope: round(slope), offset: round(offset) } }, undefined, 2),
);

/** Everybody of whom View 2 holds an image. */
async function peopleOfView2(): Promise<Set<string>> {
  const pairs = parsePairs(await readFile(sharedPath('data/lfw/pairs.txt'), 'utf8'));
  return new Set(pairs.flatMap(({ a, b }) => [a, b]).map(image => image.slice(0, image.indexOf('/'))));
}

async function fromPhotos(path: string): Promise<Template[]> {
  const { images, personOf } = await pick(path);
  return toTemplates((await embedImages(app, images)).embeddings, personOf);
}

async function fromCrops(path: string): Promise<Template[]> {
  const { images, personOf } = await pick(path);
  const bytes = new Map<string, Uint8Array>();
  for (const [name, file] of images) bytes.set(name, await readFile(file));
  return toTemplates((await embedAlignedImages(app, bytes)).embeddings, personOf);
}

/** No more than MOST_IMAGES of each person. */
async function pick(path: string) {
  const { items, images: files } = await readPeople(sharedPath(path));
  const images = new Map<string, string>();
  const personOf = new Map<string, string>();
  const taken = new Map<string, number>();
  for (const { image, person } of items) {
    const count = taken.get(person) ?? 0;
    const file = files.get(image);
    if (count >= MOST_IMAGES || file === undefined) continue;
    taken.set(person, count + 1);
    images.set(image, file);
    personOf.set(image, person);
  }
  return { images, personOf };
}

function toTemplates(
  embeddings: ReadonlyMap<string, Float32Array | undefined>,
  personOf: ReadonlyMap<string, string>,
): Template[] {
  return [...unitEmbeddings(embeddings)].map(([name, unit]) => ({
    person: personOf.get(name) ?? name,
    unit,
  }));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] ?? 0) * (b[d] ?? 0);
  return sum;
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
