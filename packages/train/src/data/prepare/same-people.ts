// Folders that seem to hold the same person, by their mean embeddings. Every pair is looked at: ONNX Runtime multiplies
// whole blocks of people (100,000 people of 512 numbers are 5 10^12 operations), and what may be a pair is computed anew.
import { setImmediate } from 'node:timers/promises';
import { attribute, GraphBuilder, writeModel } from '@insightface-ts/onnx';
import { createSession, dot, type RecognizerInfo, type Session, thresholdAtFar } from 'insightface-ts';
import { stopIfAsked } from './stop.js';

/** Two people who may be one. */
export interface SamePeople {
  readonly people: readonly [string, string];
  /** Cosine of their mean embeddings. */
  readonly similarity: number;
}

/** One person and the direction of the pictures' embeddings. */
export interface PersonDirection {
  readonly person: string;
  /** Unit length. */
  readonly direction: Float32Array;
}

/** Settings of {@link findSamePeople}. */
export interface SamePeopleOptions {
  /** Cosine from which two people are reported. */
  readonly threshold: number;
  /** Threads that multiply. Default 1. */
  readonly threads?: number;
  /** People whose similarities are computed at once. Default 2048. */
  readonly blockSize?: number;
  readonly signal?: AbortSignal | undefined;
}

/** More pairs than a person can look at: of more, the most similar are reported. */
export const mostPairs = 10_000;

/** Added to the recogniser's strictest threshold: means of several pictures lie closer together than pictures do. */
const meansLieCloser = 0.1;

/** Sums of a block, in 32 bits, differ from those of a pair by less. */
const rounding = 1e-4;

/** From which cosine on two people are reported, or `undefined` where the recogniser was never measured. */
export function samePersonThreshold(recognizer: RecognizerInfo | undefined): number | undefined {
  if (!recognizer?.thresholds) return undefined;
  const strictest = Math.min(...Object.keys(recognizer.thresholds).map(Number));
  return Math.min(0.95, thresholdAtFar(recognizer.thresholds, strictest) + meansLieCloser);
}

/**
 * Pairs of people at least this similar, the most similar first; at most {@link mostPairs}.
 * @throws InsightFaceError `ABORTED`.
 */
export async function findSamePeople(
  people: readonly PersonDirection[],
  { threshold, threads = 1, blockSize = 2048, signal }: SamePeopleOptions,
): Promise<SamePeople[]> {
  if (people.length < 2) return [];
  const dimension = people[0]!.direction.length;
  const session = await createSession(productsModel(dimension), { threads });
  const blocks = Array.from({ length: Math.ceil(people.length / blockSize) }, (_, i) =>
    people.slice(i * blockSize, (i + 1) * blockSize),
  );
  let pairs: SamePeople[] = [];
  let lowest = threshold;
  try {
    for (const [i, rows] of blocks.entries())
      for (let j = i; j < blocks.length; j++) {
        // The engine holds the thread; signals and timers want their turn.
        await setImmediate();
        stopIfAsked(signal);
        const columns = blocks[j]!;
        const products = await multiply(session, rows, columns);
        for (let row = 0; row < rows.length; row++)
          for (let column = i === j ? row + 1 : 0; column < columns.length; column++) {
            if (products[row * columns.length + column]! < lowest - rounding) continue;
            const [a, b] = [rows[row]!, columns[column]!];
            const similarity = dot(a.direction, b.direction);
            if (similarity >= lowest) pairs.push({ people: [a.person, b.person], similarity });
          }
        if (pairs.length <= 2 * mostPairs && j < blocks.length - 1) continue;
        pairs = pairs.sort((x, y) => y.similarity - x.similarity).slice(0, mostPairs);
        if (pairs.length === mostPairs) lowest = pairs.at(-1)!.similarity;
      }
  } finally {
    await session.dispose();
  }
  return pairs;
}

/** The mean of directions, at unit length. */
export function meanDirection(embeddings: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(embeddings[0]?.length ?? 0);
  for (const embedding of embeddings) for (let i = 0; i < mean.length; i++) mean[i]! += embedding[i]!;
  const length = Math.sqrt(dot(mean, mean));
  return length === 0 ? mean : mean.map(value => value / length);
}

/** A product of every row with every column. */
async function multiply(
  session: Session,
  rows: readonly PersonDirection[],
  columns: readonly PersonDirection[],
): Promise<Float32Array> {
  const { products } = await session.run({ rows: matrix(rows), columns: matrix(columns) });
  return products!.data;
}

function matrix(people: readonly PersonDirection[]) {
  const dimension = people[0]!.direction.length;
  const data = new Float32Array(people.length * dimension);
  for (const [i, { direction }] of people.entries()) data.set(direction, i * dimension);
  return { data, dims: [people.length, dimension] };
}

function productsModel(dimension: number): Uint8Array {
  const graph = new GraphBuilder('products');
  const rows = graph.input('rows', ['m', dimension]);
  const columns = graph.input('columns', ['n', dimension]);
  graph.node('Gemm', [rows, columns], {
    attributes: { transB: attribute.int(1) },
    outputs: ['products'],
  });
  graph.output('products', ['m', 'n']);
  return writeModel(graph.build());
}
