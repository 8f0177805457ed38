// Files with the damage that disks, networks and strangers do, for readers to survive. `DAMAGE_RUNS=2000` tries harder.

/** Damaged files that a test tries. */
export const damageRuns = Number(process.env['DAMAGE_RUNS'] ?? 150);

/** A copy with one to four faults; the same for the same seed. */
export function damaged(bytes: Uint8Array, seed: number): Uint8Array {
  const random = generator(seed);
  let copy = Buffer.from(bytes);
  for (let faults = 1 + random(4); faults > 0; faults--) copy = fault(copy, random);
  return copy;
}

function fault(bytes: Buffer<ArrayBuffer>, random: (below: number) => number): Buffer<ArrayBuffer> {
  if (bytes.length === 0) return bytes;
  const at = random(bytes.length);
  const some = 1 + random(16);
  switch (random(7)) {
    case 0: // Cut short.
      return bytes.subarray(0, at);
    case 1: // A bit flipped.
      bytes[at]! ^= 1 << random(8);
      return bytes;
    case 2: // Any byte.
      bytes[at] = random(256);
      return bytes;
    case 3: // A number that became huge.
      return bytes.fill(
        [0xff, 0x7f, 0x80][random(3)]!,
        at,
        Math.min(bytes.length, at + [2, 4, 8][random(3)]!),
      );
    case 4: // A block that was never written.
      return bytes.fill(0, at, Math.min(bytes.length, at + some * 8));
    case 5: // A piece that is there twice.
      return Buffer.concat([bytes.subarray(0, at + some), bytes.subarray(at)]);
    default: // Digits, where numbers are text.
      for (let i = at; i < Math.min(bytes.length, at + 64); i++)
        if (bytes[i]! >= 0x30 && bytes[i]! <= 0x39)
          return Buffer.concat([bytes.subarray(0, i), Buffer.from('9'.repeat(some)), bytes.subarray(i + 1)]);
      return bytes;
  }
}

/** Whole numbers from 0 (Numerical Recipes' linear congruential generator). */
function generator(seed: number): (below: number) => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 0) / 2 ** 32) * below);
  };
}
