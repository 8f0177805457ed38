// Seeded randomness that any worker can repeat: a stream for each tuple of whole numbers, such as (seed, epoch, position).
// Generator: sfc32 (Chris Doty-Humphrey, PractRand, public domain); seeds mixed by MurmurHash3's finaliser.

/** Numbers in [0, 1), the same sequence for the same seeds. */
export type Random = () => number;

/** A generator for a tuple of 32-bit seeds. */
export function seededRandom(...seeds: readonly number[]): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  for (const seed of seeds) {
    a = mix(a ^ seed);
    b = mix(b + a);
    c = mix(c ^ b);
  }
  let counter = 1;
  const next: Random = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** The finaliser of MurmurHash3: every bit of the input changes half of the output's. */
export function mix(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** A number in [low, high). */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** Shuffles in place (Fisher and Yates). */
export function shuffle(items: Uint32Array | number[], random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = items[i] as number;
    items[i] = items[j] as number;
    items[j] = held;
  }
}
