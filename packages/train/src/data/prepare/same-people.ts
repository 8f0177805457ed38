// Folders that seem to hold the same person, by their mean embeddings.
import { type RecognizerInfo, thresholdAtFar } from 'insightface-ts';

/** Two people who may be one. */
export interface SamePeople {
  readonly people: readonly [string, string];
  /** Cosine of their mean embeddings. */
  readonly similarity: number;
}

/** One person and the embeddings of the pictures. */
export interface PersonEmbeddings {
  readonly person: string;
  /** Unit length. */
  readonly embeddings: readonly Float32Array[];
}

/** Added to the recogniser's strictest threshold: means of several pictures lie closer together than pictures do. */
const meansLieCloser = 0.1;

/** From which cosine on two people are reported, or `undefined` where the recogniser was never measured. */
export function samePersonThreshold(recognizer: RecognizerInfo | undefined): number | undefined {
  if (!recognizer?.thresholds) return undefined;
  const strictest = Math.min(...Object.keys(recognizer.thresholds).map(Number));
  return Math.min(0.95, thresholdAtFar(recognizer.thresholds, strictest) + meansLieCloser);
}

/** Pairs of people at least this similar, the most similar first. */
export function findSamePeople(people: readonly PersonEmbeddings[], threshold: number): SamePeople[] {
  const means = people.map(({ embeddings }) => meanDirection(embeddings));
  const pairs: SamePeople[] = [];
  for (let a = 0; a < means.length; a++)
    for (let b = a + 1; b < means.length; b++) {
      const similarity = dot(means[a]!, means[b]!);
      if (similarity >= threshold) pairs.push({ people: [people[a]!.person, people[b]!.person], similarity });
    }
  return pairs.sort((x, y) => y.similarity - x.similarity);
}

function meanDirection(embeddings: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(embeddings[0]?.length ?? 0);
  for (const embedding of embeddings) for (let i = 0; i < mean.length; i++) mean[i]! += embedding[i]!;
  const length = Math.sqrt(dot(mean, mean));
  return length === 0 ? mean : mean.map(value => value / length);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
