// How well photos are put together by person. Thresholds are tried on LFW's development people; the other people of
// LFW and the celebrities then tell. `--images N` of each set (default 800), `--pack NAME`, `--json`.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  addFaces,
  createClusters,
  embedAlignedImages,
  embedImages,
  FaceAnalysis,
  type FaceToCluster,
  listClusters,
  measureClusters,
  readPeople,
  thresholdAtFar,
} from 'insightface-ts';
import { machine } from './machine.js';
import { sharedPath } from './shared-data.js';

const rates = [1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6];
/** The rate whose threshold the command line takes when none is given. */
const defaultRate = 1e-5;

interface LabelledFace extends FaceToCluster {
  readonly person: string;
}

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '800' },
    pack: { type: 'string', default: 'open' },
    json: { type: 'boolean', default: false },
  },
});
const most = Number(values.images);
const app = await FaceAnalysis.create({ pack: values.pack, tasks: ['detection', 'landmark', 'recognition'] });
const lfw = await readPeople(sharedPath('data/lfw'));
const developers = await peopleOf('data/lfw/peopleDevTrain.txt');
const tune = await photos(person => developers.has(person));
const sets = {
  'LFW, other people': await photos(person => !developers.has(person)),
  celebrities: await celebrities(),
};
const thresholds = app.recognizer?.thresholds;
await app.dispose();

const rows = rates.flatMap(rate => {
  const threshold = thresholdOf(rate);
  return threshold === undefined
    ? []
    : [{ rate, threshold, set: 'LFW, development', ...measure(tune, threshold) }];
});
const threshold = thresholdOf(defaultRate) ?? 0.3;
for (const [set, faces] of Object.entries(sets)) {
  rows.push({ rate: defaultRate, threshold, set, ...measure(faces, threshold) });
  rows.push({ rate: defaultRate, threshold, set: `${set}, in ten parts`, ...measure(faces, threshold, 10) });
}
if (values.json) console.log(JSON.stringify(rows));
else {
  console.log(`${machine}\n`);
  console.log(
    '| set | faces | people | clusters | FAR | threshold | pairs F1 (P, R) | BCubed F1 (P, R) | seconds |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  for (const row of rows) {
    const cells = [row.set, row.faces, row.people, row.clusters, row.rate, row.threshold.toFixed(3)];
    console.log(
      `| ${[...cells, percent(row.pairs), percent(row.bcubed), row.seconds.toFixed(1)].join(' | ')} |`,
    );
  }
}

function thresholdOf(rate: number): number | undefined {
  try {
    return thresholds && thresholdAtFar(thresholds, rate);
  } catch {
    return undefined;
  }
}

/** Clusters the faces in a shuffled order, all at once or in parts, and compares with the truth. */
function measure(faces: readonly LabelledFace[], threshold: number, parts = 1) {
  const start = performance.now();
  let state = createClusters(threshold);
  const size = Math.ceil(faces.length / parts);
  for (let from = 0; from < faces.length; from += size)
    state = addFaces(state, faces.slice(from, from + size));
  const seconds = (performance.now() - start) / 1000;
  const people = new Map(faces.map(({ id, person }) => [id, person]));
  return {
    faces: faces.length,
    people: new Set(people.values()).size,
    clusters: listClusters(state).length,
    ...measureClusters(state.faces.map(({ id, cluster }) => ({ cluster, person: people.get(id) ?? id }))),
    seconds,
  };
}

function percent({ f1, precision, recall }: { f1: number; precision: number; recall: number }): string {
  const [f, p, r] = [f1, precision, recall].map(value => (100 * value).toFixed(1));
  return `${f} (${p}, ${r})`;
}

async function peopleOf(path: string): Promise<Set<string>> {
  const lines = (await readFile(sharedPath(path), 'utf8')).trim().split('\n').slice(1);
  return new Set(lines.map(line => line.split('\t')[0] ?? ''));
}

/** Whole people in a shuffled order, up to 20 photos of each, until there are enough faces. */
async function photos(wanted: (person: string) => boolean): Promise<LabelledFace[]> {
  const byPerson = new Map<string, string[]>();
  for (const { image, person } of lfw.items)
    if (wanted(person)) byPerson.set(person, [...(byPerson.get(person) ?? []), image]);
  const images = new Map<string, string>();
  for (const person of shuffled([...byPerson.keys()], person => person))
    for (const image of (byPerson.get(person) ?? []).slice(0, 20))
      if (images.size < most) images.set(image, lfw.images.get(image) ?? '');
  return labelled((await embedImages(app, images)).embeddings);
}

async function celebrities(): Promise<LabelledFace[]> {
  const { items, images } = await readPeople(sharedPath('data/celebrities-112'));
  const bytes = new Map<string, Uint8Array>();
  for (const { image } of shuffled(items, ({ image }) => image).slice(0, most))
    bytes.set(image, await readFile(images.get(image) ?? ''));
  return labelled((await embedAlignedImages(app, bytes)).embeddings);
}

function labelled(embeddings: ReadonlyMap<string, Float32Array | undefined>): LabelledFace[] {
  const faces = [...embeddings].flatMap(([id, embedding]) =>
    embedding ? [{ id, photo: id, person: id.slice(0, id.lastIndexOf('/')), embedding }] : [],
  );
  return shuffled(faces, ({ id }) => id);
}

/** An order that has nothing to do with the names, and is always the same. */
function shuffled<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return items
    .map(item => ({ item, key: createHash('sha256').update(nameOf(item)).digest('hex') }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ item }) => item);
}
