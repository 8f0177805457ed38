// Embeddings from a formula, the same that the golden figures were made with. Not part of the published library.
import { mulberry32 } from '../random.js';
import type { VerificationPair } from '../verification.js';

/** `rows` x `dim` numbers in [-1, 1), row by row. */
export function uniformRows(seed: number, rows: number, dim: number): Float64Array[] {
  const random = mulberry32(seed);
  return Array.from({ length: rows }, () => Float64Array.from({ length: dim }, () => 2 * random() - 1));
}

/** Pairs `0`/`1`, `2`/`3` ...: same and different in twenty alternating blocks. */
export function formulaPairs(count: number, dim: number, seed: number, noise: number) {
  const centres = uniformRows(seed, count * 2, dim);
  const noises = uniformRows(seed + 1, count * 2, dim);
  const pairs: VerificationPair[] = [];
  const embeddings = new Map<string, Float64Array | undefined>();
  for (let i = 0; i < count; i++) {
    const same = Math.floor(i / (count / 20)) % 2 === 0;
    const [a, b] = [String(2 * i), String(2 * i + 1)];
    const first = centres[2 * i]!;
    const second = same ? first : centres[2 * i + 1]!;
    embeddings.set(
      a,
      first.map((value, d) => value + noise * noises[2 * i]![d]!),
    );
    embeddings.set(
      b,
      second.map((value, d) => value + noise * noises[2 * i + 1]![d]!),
    );
    pairs.push({ a, b, same });
  }
  return { pairs, embeddings };
}
