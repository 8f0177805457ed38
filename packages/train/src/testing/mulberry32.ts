// The deterministic random numbers of the golden files' formulas.

/** Numbers in [0, 1); seed 42 begins with 0.6011037519201636. */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` numbers `scale * (2u - 1)`, computed in float64, rounded to float32. */
export function symmetric(seed: number, count: number, scale = 1): Float32Array {
  const random = mulberry32(seed);
  return Float32Array.from({ length: count }, () => scale * (2 * random() - 1));
}
