// Search in a gallery beside the plainest loop over the same vectors in the same run: people with five templates of 512
// numbers each. `--templates N` (default 100000), `--json`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type GalleryModel, openGallery } from '@insightface-ts/gallery';
import { machine } from './machine.js';
import { median } from './median.js';
import { mulberry32 } from './random.js';

const dimension = 512;
const each = 5;
const enrolledAtOnce = 1000;
const queries = 15;
const model: GalleryModel = { name: 'formula', dimension, fingerprint: 'f'.repeat(64) };

const { values } = parseArgs({
  options: { templates: { type: 'string', default: '100000' }, json: { type: 'boolean', default: false } },
});
const people = Math.ceil(Number(values.templates) / each);

const random = mulberry32(1);
const next = () => 2 * random() - 1;
function nearby(centre: Float32Array, spread: number): Float32Array {
  const vector = centre.map(value => value + spread * next());
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map(value => value / norm);
}

const vectors = Array.from({ length: people }, () => {
  const centre = Float32Array.from({ length: dimension }, next);
  return Array.from({ length: each }, () => nearby(centre, 0.8));
});
const folder = await mkdtemp(join(tmpdir(), 'insightface-search-'));
const gallery = await openGallery(join(folder, 'people'), { model });
try {
  const enrol = await seconds(async () => {
    for (let first = 0; first < people; first += enrolledAtOnce)
      await Promise.all(
        vectors
          .slice(first, first + enrolledAtOnce)
          .map((own, index) => gallery.enroll(`P${first + index}`, own)),
      );
  });
  const load = await seconds(() => gallery.search(vectors[0]![0]!, { limit: 1 }));
  const ours: number[] = [];
  const plain: number[] = [];
  let right = 0;
  let agree = 0;
  for (let query = 0; query < queries; query++) {
    const person = Math.floor((query * people) / queries);
    const probe = nearby(vectors[person]![0]!, 0.05);
    let found: string | undefined;
    let expected: number | undefined;
    ours.push(
      await seconds(async () => {
        found = (await gallery.search(probe, { limit: 5 }))[0]?.name;
      }),
    );
    plain.push(await seconds(() => (expected = plainSearch(probe, 5)[0])));
    if (found === `P${person}`) right++;
    if (found === `P${expected}`) agree++;
  }
  const { bytes } = await gallery.stats();
  const result = {
    templates: people * each,
    search: median(ours) * 1000,
    plain: median(plain) * 1000,
    ratio: median(ours) / median(plain),
    load,
    enrolledPerSecond: people / enrol,
    bytesPerTemplate: bytes / (people * each),
    right: right / queries,
    agree: agree / queries,
  };
  if (values.json) console.log(JSON.stringify(result));
  else {
    console.log(machine);
    console.log(
      `${result.templates} templates of ${people} people, ${queries} searches, ${right} right, ${agree} as the plain loop`,
    );
    console.log(
      `search        ${result.search.toFixed(1)} ms (median), ${result.ratio.toFixed(2)} of a plain loop's ${result.plain.toFixed(1)} ms`,
    );
    console.log(`first search  ${load.toFixed(2)} s (reads all templates)`);
    console.log(
      `enrolment     ${result.enrolledPerSecond.toFixed(0)} people with ${each} templates a second, ${enrolledAtOnce} at once`,
    );
    console.log(`disk          ${result.bytesPerTemplate.toFixed(0)} bytes a template`);
  }
} finally {
  await gallery.close();
  await rm(folder, { recursive: true, force: true });
}

/** Numbers of the nearest people. */
function plainSearch(probe: Float32Array, limit: number): number[] {
  const best = vectors.map((own, person) => {
    let highest = -1;
    for (const vector of own) {
      let sum = 0;
      for (let index = 0; index < dimension; index++) sum += vector[index]! * probe[index]!;
      highest = Math.max(highest, sum);
    }
    return { person, highest };
  });
  return best
    .sort((a, b) => b.highest - a.highest)
    .slice(0, limit)
    .map(({ person }) => person);
}

async function seconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
