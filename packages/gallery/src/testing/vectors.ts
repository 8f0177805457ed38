// Embeddings from a formula. Not part of the published library.

/** `[dimension]` numbers in [-1, 1) that are always the same for one seed (a linear congruential sequence). */
export function formulaVector(seed: number, dimension: number): Float32Array {
  let state = (Math.imul(seed, 2654435761) ^ 0x9e3779b9) >>> 0;
  return Float32Array.from({ length: dimension }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export function unit(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector);
  return vector.map(value => value / norm);
}
