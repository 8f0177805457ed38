// One page of an LMDB tree: whether all that LMDB will follow in it stays inside the page and the file. LMDB itself trusts
// its file, and what leads it out of the map ends the process.
// Format: LMDB 1.0, mdb.c: MDB_page_header (24 bytes: number, transaction, pad, flags, lower, upper), offsets of nodes,
// nodes (size or child, flags, key size, key, data), MDB_ovpage (24 bytes: first page, transaction, pages).

export const pageHeaderBytes = 24;

const branchFlag = 0x01;
const leafFlag = 0x02;
const overflowFlag = 0x04;
const nodeHeaderBytes = 8;
/** Data on pages of its own. */
const bigData = 0x01;
/** The largest key that LMDB's JavaScript side makes room for. */
const maxKeyBytes = 4026;

/** Numbers of the child pages of a sound branch page, else `undefined`. */
export function childrenOf(page: Buffer, number: number): number[] | undefined {
  const children: number[] = [];
  for (const node of nodesOf(page, number, branchFlag) ?? [undefined]) {
    if (node === undefined || endOfKey(page, node) > page.length) return undefined;
    // 48 bits, in the fields that hold size and flags of a leaf's node.
    children.push(page.readUIntLE(node, 6));
  }
  return children;
}

/** A run of pages that hold one large value. */
export interface Overflow {
  readonly first: number;
  readonly pages: number;
}

/** Where the large values of a sound leaf page are, else `undefined`. */
export function overflowsOf(page: Buffer, number: number): Overflow[] | undefined {
  const overflows: Overflow[] = [];
  for (const node of nodesOf(page, number, leafFlag) ?? [undefined]) {
    if (node === undefined) return undefined;
    const size = page.readUInt32LE(node);
    const flags = page.readUInt16LE(node + 4);
    const data = endOfKey(page, node);
    if ((flags & ~bigData) !== 0) return undefined;
    if (data + (flags === bigData ? 24 : size) > page.length) return undefined;
    if (flags !== bigData) continue;
    const pages = Number(page.readBigUInt64LE(data + 16));
    if (pages * page.length < pageHeaderBytes + size) return undefined;
    overflows.push({ first: Number(page.readBigUInt64LE(data)), pages });
  }
  return overflows;
}

/** Whether a page begins a large value of so many pages. */
export function isOverflow(page: Buffer, { first, pages }: Overflow): boolean {
  return (
    page.length >= pageHeaderBytes &&
    page.readBigUInt64LE(0) === BigInt(first) &&
    (page.readUInt16LE(18) & overflowFlag) !== 0 &&
    page.readUInt32LE(20) === pages
  );
}

/** Where the nodes of a page of that kind begin; `undefined` where the page is another, or one lies outside. */
function nodesOf(page: Buffer, number: number, kind: number): number[] | undefined {
  const lower = page.readUInt16LE(20);
  const upper = page.readUInt16LE(22);
  if (page.readBigUInt64LE(0) !== BigInt(number) || (page.readUInt16LE(18) & 0x2f) !== kind) return undefined;
  if (lower === 0 || lower % 2 !== 0 || lower > upper || pageHeaderBytes + upper > page.length)
    return undefined;
  const nodes: number[] = [];
  for (let at = pageHeaderBytes; at < pageHeaderBytes + lower; at += 2) {
    const node = pageHeaderBytes + page.readUInt16LE(at);
    if (node < pageHeaderBytes + upper || node + nodeHeaderBytes > page.length) return undefined;
    nodes.push(node);
  }
  return nodes;
}

/** Past the page where the key is longer than any. */
function endOfKey(page: Buffer, node: number): number {
  const bytes = page.readUInt16LE(node + 6);
  return bytes > maxKeyBytes ? Number.POSITIVE_INFINITY : node + nodeHeaderBytes + bytes;
}
