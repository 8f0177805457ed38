// Does the quality score find the faces that recognition fails on? LFW, genuine pairs only: how many are rejected at
// the threshold of a false accept rate, before and after the tenth with the lowest quality (of the worse of both
// faces) is put aside. `node bench/dist/quality.js [PACK] [--view1]`
// View 2 is reported; the constants of attributes/quality.ts were chosen on View 1 (`--view1`).
// For comparison: the detector's score alone, and the length of the embedding, which needs the recogniser first.
import { parseArgs } from 'node:util';
import { cosineSimilarity, dot, type Face, FaceAnalysis, readPairs } from 'insightface-ts';
import { machine } from './machine.js';
import { sharedPath } from './shared-data.js';

const rates = [1e-3, 1e-4];
const rejectedShare = 0.1;

interface Pair {
  readonly a: Face;
  readonly b: Face;
  readonly similarity: number;
}

const { values, positionals } = parseArgs({
  options: { view1: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const pairsFile = values.view1 ? 'pairsDevTrain.txt' : 'pairs.txt';
const [pack = 'open'] = positionals;

const { pairs, images } = await readPairs(sharedPath('data/lfw'), sharedPath(`data/lfw/${pairsFile}`));
const faces = await analyze(pack, images);
const genuine = pairs.filter(({ same }) => same).flatMap(({ a, b }) => pairOf(faces.get(a), faces.get(b)));
const impostors = impostorScores(faces);

console.log(machine);
console.log(
  `LFW ${pairsFile}, pack ${pack}: ${faces.size} faces, ${genuine.length} genuine pairs with two faces;`,
);
console.log(`thresholds from ${impostors.length} pairs of different people among the same faces.\n`);
console.log(
  '| put aside by | FAR | false non-matches of all | of the better nine tenths | FNMR, all | FNMR, better | ratio |',
);
console.log('|---|---|---|---|---|---|---|');
for (const [name, score] of Object.entries<(face: Face) => number>({
  quality: face => face.quality ?? Number.NaN,
  'detection score alone': face => face.detScore,
  'length of the embedding': face => face.embeddingNorm ?? Number.NaN,
}))
  for (const far of rates) console.log(row(name, far, score));

function row(name: string, far: number, score: (face: Face) => number): string {
  const threshold = impostors[Math.floor(impostors.length * (1 - far))] as number;
  const fails = (list: readonly Pair[]) => list.filter(({ similarity }) => similarity < threshold).length;
  const worse = ({ a, b }: Pair) => Math.min(score(a), score(b));
  const kept = [...genuine]
    .sort((x, y) => worse(x) - worse(y))
    .slice(Math.round(genuine.length * rejectedShare));
  const all = fails(genuine) / genuine.length;
  const better = fails(kept) / kept.length;
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  return `| ${[name, far.toExponential(), fails(genuine), fails(kept), percent(all), percent(better), (better / all).toFixed(2)].join(' | ')} |`;
}

/** The central face of each image. */
async function analyze(name: string, files: ReadonlyMap<string, string>): Promise<Map<string, Face>> {
  const app = await FaceAnalysis.create({ pack: name, tasks: ['detection', 'landmark', 'recognition'] });
  try {
    const found = new Map<string, Face>();
    const names = [...files.keys()];
    let index = 0;
    for await (const item of app.stream(files.values(), { maxNum: 1 })) {
      const image = names[index++] as string;
      if ('faces' in item && item.faces[0]?.normedEmbedding) found.set(image, item.faces[0]);
    }
    return found;
  } finally {
    await app.dispose();
  }
}

function pairOf(a: Face | undefined, b: Face | undefined): Pair[] {
  if (!a?.embedding || !b?.embedding) return [];
  return [{ a, b, similarity: cosineSimilarity(a.embedding, b.embedding) }];
}

/** Ascending similarities of faces of different people: about a million, evenly spread over all such pairs. */
function impostorScores(all: ReadonlyMap<string, Face>): Float64Array {
  const list = [...all].map(([image, face]) => ({
    person: image.slice(0, image.indexOf('/')),
    unit: face.normedEmbedding as Float32Array,
  }));
  const step = Math.max(1, Math.floor((list.length * list.length) / 2 / 1_000_000));
  const scores: number[] = [];
  let count = 0;
  for (const [i, a] of list.entries())
    for (let j = i + 1; j < list.length; j++) {
      const b = list[j] as (typeof list)[number];
      if (a.person !== b.person && count++ % step === 0) scores.push(dot(a.unit, b.unit));
    }
  return Float64Array.from(scores).sort();
}
