// Merkle trees as in Certificate Transparency (RFC 6962, section 2.1): a leaf is SHA-256(0x00 || entry), a node
// SHA-256(0x01 || left || right), and the left part is the largest power of two below the size. An entry is the 32-byte
// hash of a record.
import { hash as digest } from 'node:crypto';

const leafBytes = Buffer.alloc(33);
const nodeBytes = Buffer.alloc(65);
nodeBytes[0] = 1;

function leafOf(entry: string): Buffer {
  leafBytes.write(entry, 1, 'hex');
  return digest('sha256', leafBytes, 'buffer');
}

function nodeOf(left: Buffer, right: Buffer): Buffer {
  left.copy(nodeBytes, 1);
  right.copy(nodeBytes, 33);
  return digest('sha256', nodeBytes, 'buffer');
}

/** A tree that grows by one entry at a time and keeps a root for each bit of its size. */
export class MerkleTree {
  #size = 0;
  /** Roots of the full subtrees, largest first. */
  #peaks: Buffer[] = [];

  get size(): number {
    return this.#size;
  }

  /** @param entry 32 bytes, hexadecimal. */
  add(entry: string): void {
    let node = leafOf(entry);
    for (let bits = this.#size; bits & 1; bits >>= 1) node = nodeOf(this.#peaks.pop() as Buffer, node);
    this.#peaks.push(node);
    this.#size++;
  }

  /** The root, hexadecimal; of no entries, the SHA-256 of nothing. */
  root(): string {
    if (this.#peaks.length === 0) return digest('sha256', '');
    return this.#peaks.reduceRight((right, left) => nodeOf(left, right)).toString('hex');
  }

  copy(): MerkleTree {
    const tree = new MerkleTree();
    tree.#size = this.#size;
    tree.#peaks = [...this.#peaks];
    return tree;
  }
}

/** The audit path (RFC 6962, section 2.1.1) of `entries[index]`: from the leaf upwards, hexadecimal. */
export function inclusionPath(entries: readonly string[], index: number): string[] {
  const path: string[] = [];
  let level = entries.map(leafOf);
  for (let at = index; level.length > 1; at >>= 1) {
    const sibling = level[at ^ 1];
    if (sibling) path.push(sibling.toString('hex'));
    const above: Buffer[] = [];
    for (let left = 0; left < level.length; left += 2) {
      const right = level[left + 1];
      above.push(right ? nodeOf(level[left] as Buffer, right) : (level[left] as Buffer));
    }
    level = above;
  }
  return path;
}

/** The root that follows from an entry, its index, the tree's size and the path; undefined when the path does not fit. */
export function rootFromPath(
  entry: string,
  index: number,
  size: number,
  path: readonly string[],
): string | undefined {
  if (!(index >= 0 && index < size)) return undefined;
  let node = leafOf(entry);
  let used = 0;
  for (let at = index, last = size - 1; last > 0; at >>= 1, last >>= 1) {
    // The last node of a level without a sibling goes up as it is.
    if (at === last && at % 2 === 0) continue;
    const sibling = path[used++];
    if (typeof sibling !== 'string' || !/^[0-9a-f]{64}$/.test(sibling)) return undefined;
    const other = Buffer.from(sibling, 'hex');
    node = at & 1 ? nodeOf(other, node) : nodeOf(node, other);
  }
  return used === path.length ? node.toString('hex') : undefined;
}
