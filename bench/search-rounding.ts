// What the index's rounding to 8 bits costs on real embeddings of the default pack: TAR at FAR 1e-3 over all pairs of LFW
// (the images of View 2) and of celebrities-112, by floats and by 8-bit templates at several scales. Embeddings are kept
// in the system's temporary folder for the next run. `--json`.

import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { embedAlignedImages, embedImages, FaceAnalysis, readPairs } from 'insightface-ts';
import { machine } from './machine.js';
import { roundingLoss } from './rounding-loss.js';
import { sharedPath } from './shared-data.js';

/** Embeddings one after another, and who each is of. */
interface Embedded {
  readonly people: readonly string[];
  readonly vectors: readonly Float32Array[];
}

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const cache = join(tmpdir(), 'insightface-bench-embeddings');
const scales = [508, 736, 1024];

async function cached(name: string, embed: () => Promise<Embedded>): Promise<Embedded> {
  const file = join(cache, `${name}.json`);
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) {
    const { people, numbers } = JSON.parse(known) as { people: string[]; numbers: string[] };
    const vectors = numbers.map(text => {
      const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
      return new Float32Array(bytes.buffer);
    });
    return { people, vectors };
  }
  const embedded = await embed();
  const numbers = embedded.vectors.map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
  );
  await mkdir(cache, { recursive: true });
  await writeFile(file, JSON.stringify({ people: embedded.people, numbers }));
  return embedded;
}

/** Those with a face; the person is what stands before the last `/` of a name. */
function gather(
  embeddings: ReadonlyMap<string, Float32Array | undefined>,
  personOf: (name: string) => string,
) {
  const found = [...embeddings].flatMap(([name, vector]) =>
    vector ? [{ person: personOf(name), vector }] : [],
  );
  return { people: found.map(({ person }) => person), vectors: found.map(({ vector }) => vector) };
}

async function withPack<T>(work: (app: FaceAnalysis) => Promise<T>): Promise<T> {
  const app = await FaceAnalysis.create({ tasks: ['detection', 'landmark', 'recognition'] });
  try {
    return await work(app);
  } finally {
    await app.dispose();
  }
}

const lfw = () =>
  cached('lfw', () =>
    withPack(async app => {
      const { images } = await readPairs(sharedPath('data/lfw'), sharedPath('data/lfw/pairs.txt'));
      const { embeddings } = await embedImages(app, images, {
        onProgress: (done, total) => {
          if (done % 1000 === 0) console.error(`${done} of ${total} images of LFW`);
        },
      });
      return gather(embeddings, name => name.replace(/[_/]\d+(\.jpg)?$/, ''));
    }),
  );

const celebrities = () =>
  cached('celebrities-112', () =>
    withPack(async app => {
      const folder = sharedPath('data/celebrities-112');
      const images = new Map<string, Uint8Array>();
      for (const person of readdirSync(folder))
        for (const file of readdirSync(join(folder, person)))
          images.set(`${person}/${file}`, readFileSync(join(folder, person, file)));
      const { embeddings } = await embedAlignedImages(app, images);
      return gather(embeddings, name => name.slice(0, name.indexOf('/')));
    }),
  );

const results = [];
for (const [name, load] of [
  ['celebrities-112', celebrities],
  ['LFW', lfw],
] as const) {
  const { people, vectors } = await load();
  results.push({ name, images: vectors.length, ...roundingLoss(people, vectors, scales, 1e-3) });
}
if (values.json) console.log(JSON.stringify(results));
else {
  console.log(`${machine}; TAR at FAR 1e-3 over all pairs, percent; points lost to rounding\n`);
  for (const { name, images, genuine, impostor, tar, rounded } of results) {
    console.log(
      `${name}: ${images} images, ${genuine} pairs of one person, ${impostor} of two; floats ${(100 * tar).toFixed(3)}`,
    );
    for (const { scale, lost, error, clipped } of rounded)
      console.log(
        `  scale ${scale}: ${(100 * lost).toFixed(4)} points lost, similarity off by ${error.toExponential(1)} (root mean square), ${(100 * clipped).toFixed(3)} % of numbers cut off`,
      );
  }
}
