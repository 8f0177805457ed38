// What all damaged and absurd files are, and how a sound one is damaged.

/** A file to be handed to the library. */
export interface HostileFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A cut, a burst of flipped bits, a hole of zeros, or a doubled middle. */
export function mutate({ name, bytes }: HostileFile, random: () => number): HostileFile {
  const at = Math.floor(random() * bytes.length);
  const kind = Math.floor(random() * 4);
  if (kind === 0) return { name: `cut-${at}-${name}`, bytes: bytes.slice(0, at) };
  // A Buffer's own slice would be a view of the original.
  const copy = Uint8Array.from(bytes);
  if (kind === 1) {
    const flips = 1 + Math.floor(random() * 20);
    for (let flip = 0; flip < flips; flip++) {
      const place = Math.floor(random() * copy.length);
      copy[place] = (copy[place] ?? 0) ^ (1 << Math.floor(random() * 8));
    }
    return { name: `flip-${flips}-${at}-${name}`, bytes: copy };
  }
  if (kind === 2) {
    copy.fill(0, at, Math.min(copy.length, at + Math.floor(random() * 200)));
    return { name: `hole-${at}-${name}`, bytes: copy };
  }
  return { name: `double-${at}-${name}`, bytes: Buffer.concat([bytes.slice(0, at), bytes]) };
}
