import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { inclusionPath, MerkleTree, rootFromPath } from './merkle.js';

const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const entry = (index: number) => sha(Buffer.from(`entry ${index}`)).toString('hex');

/** RFC 6962, section 2.1, as it is written. */
function plainRoot(entries: readonly string[]): Buffer {
  if (entries.length === 0) return sha();
  if (entries.length === 1) return sha(Buffer.from([0]), Buffer.from(entries[0]!, 'hex'));
  let split = 1;
  while (split * 2 < entries.length) split *= 2;
  return sha(Buffer.from([1]), plainRoot(entries.slice(0, split)), plainRoot(entries.slice(split)));
}

it('has the root that the recursive definition of RFC 6962 gives, at every size', () => {
  const tree = new MerkleTree();
  const entries: string[] = [];
  for (let size = 0; size <= 70; size++) {
    expect(tree.root()).toBe(plainRoot(entries).toString('hex'));
    entries.push(entry(size));
    tree.add(entries[size]!);
  }
});

it('proves every entry of every size, and no other entry, place or path', () => {
  for (let size = 1; size <= 33; size++) {
    const entries = Array.from({ length: size }, (_, index) => entry(index));
    const root = plainRoot(entries).toString('hex');
    for (let index = 0; index < size; index++) {
      const path = inclusionPath(entries, index);
      expect(rootFromPath(entries[index]!, index, size, path)).toBe(root);
      expect(rootFromPath(entry(99), index, size, path)).not.toBe(root);
      expect(rootFromPath(entries[index]!, index, size, [...path, entry(1)])).toBeUndefined();
      if (size > 1) expect(rootFromPath(entries[index]!, (index + 1) % size, size, path)).not.toBe(root);
    }
  }
  expect(rootFromPath(entry(0), 1, 1, [])).toBeUndefined();
});
