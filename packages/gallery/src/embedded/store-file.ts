// Looks at a store's file before it is mapped into memory: a truncated map does not throw, it ends the process.
// Format: LMDB 0.9/1.0 data file, version 2 (a page header of 24 bytes; two meta pages; B+tree pages).
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InsightFaceError } from 'insightface-ts';
import { childrenOf, isOverflow, type Overflow, overflowsOf, pageHeaderBytes } from './store-page.js';

export const dataFile = 'data.mdb';
export const lockFile = 'lock.mdb';

const magic = 0xbeefc0de;
/** Bytes of a tree's description in a meta page. */
const treeBytes = 48;
/** Read at once. */
const readBytes = 1 << 20;
const noRoot = 0xffffffffffffffffn;
/** How often a tree that changed while it was read is read anew. */
const attempts = 20;

/**
 * What lies at a path: nothing or an empty folder (`empty`), or a file that LMDB can safely open (`store`).
 * @throws InsightFaceError `GALLERY_INVALID` for anything else, `FILE_NOT_FOUND` for a file that may not be read.
 */
export async function inspectFolder(folder: string): Promise<'empty' | 'store'> {
  const info = await stat(folder).catch(() => undefined);
  if (!info) return 'empty';
  if (!info.isDirectory())
    throw new InsightFaceError(
      'GALLERY_INVALID',
      `${folder} is a file. A gallery is a folder: name another.`,
    );
  const names = await readdir(folder);
  if (!names.includes(dataFile)) {
    const foreign = names.find(name => !name.startsWith('.') && name !== lockFile);
    if (foreign === undefined) return 'empty';
    throw new InsightFaceError(
      'GALLERY_INVALID',
      `${folder} holds other files (${foreign}) and no gallery. Name a gallery or a new folder.`,
    );
  }
  const file = await open(join(folder, dataFile), 'r').catch(cause => {
    throw new InsightFaceError('FILE_NOT_FOUND', `The gallery ${folder} cannot be read. Check permissions.`, {
      cause,
    });
  });
  try {
    if ((await file.stat()).size === 0) return 'empty';
    await checkFile(file, folder);
  } finally {
    await file.close();
  }
  return 'store';
}

interface Tree {
  readonly root: bigint;
  readonly depth: number;
}

interface Meta {
  readonly pageSize: number;
  /** Of free pages, then of data. */
  readonly trees: readonly [Tree, Tree];
  readonly transaction: bigint;
}

async function checkFile(file: FileHandle, folder: string): Promise<void> {
  let seen: bigint | undefined;
  let reason = '';
  for (let attempt = 0; attempt < attempts; attempt++) {
    const meta = await readNewestMeta(file);
    if (!meta)
      throw new InsightFaceError(
        'GALLERY_INVALID',
        `${join(folder, dataFile)} is no gallery, or its beginning is damaged. Restore the folder from a backup.`,
      );
    // The same tree failed twice: no other process is at work on it.
    if (meta.transaction === seen) {
      throw new InsightFaceError(
        'GALLERY_INVALID',
        `The gallery ${folder} is damaged: ${reason}. Restore the folder from a backup, or import an exported file into a new one.`,
      );
    }
    seen = meta.transaction;
    const fault = await findFault(file, meta);
    if (fault === undefined) return;
    reason = fault;
  }
}

async function readNewestMeta(file: FileHandle): Promise<Meta | undefined> {
  const first = await readMeta(file, 0);
  const second = first && (await readMeta(file, first.pageSize));
  if (!first || !second) return undefined;
  return first.transaction > second.transaction ? first : second;
}

async function readMeta(file: FileHandle, offset: number): Promise<Meta | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(160), 0, 160, offset);
  const at = pageHeaderBytes;
  if (bytesRead < 160 || buffer.readUInt32LE(at) !== magic) return undefined;
  const pageSize = buffer.readUInt32LE(at + 24);
  if (pageSize < 256 || pageSize > 65536) return undefined;
  const tree = (start: number): Tree => ({
    depth: buffer.readUInt16LE(start + 6),
    root: buffer.readBigUInt64LE(start + 40),
  });
  return {
    pageSize,
    trees: [tree(at + 24), tree(at + 24 + treeBytes)],
    transaction: buffer.readBigUInt64LE(at + 24 + 2 * treeBytes + 8),
  };
}

/** Follows the trees from their roots to every leaf: all that they lead to must lie inside the file. */
async function findFault(file: FileHandle, meta: Meta): Promise<string | undefined> {
  const pages = Math.floor((await file.stat()).size / meta.pageSize);
  const seen = new Set<number>();
  for (const tree of meta.trees) {
    const fault =
      tree.root === noRoot ? undefined : await findTreeFault(file, meta.pageSize, tree, pages, seen);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

async function findTreeFault(
  file: FileHandle,
  pageSize: number,
  { root, depth }: Tree,
  pages: number,
  seen: Set<number>,
): Promise<string | undefined> {
  let level = [Number(root)];
  for (; depth > 0; depth--) {
    const below: number[] = [];
    const overflows: Overflow[] = [];
    for (const page of level) {
      if (page < 2 || page >= pages) return 'its file is shorter than it was';
      // A tree that comes back to a page would never end.
      if (seen.has(page)) return `page ${page} is there twice`;
      seen.add(page);
    }
    for await (const { page, number } of readPages(file, pageSize, level)) {
      const found = depth > 1 ? childrenOf(page, number) : undefined;
      const large = depth === 1 ? overflowsOf(page, number) : undefined;
      if (!found && !large) return `page ${number} does not read`;
      for (const child of found ?? []) below.push(child);
      overflows.push(...(large ?? []));
    }
    for (const overflow of overflows) {
      if (!(overflow.first >= 2 && overflow.pages >= 1 && overflow.first + overflow.pages <= pages))
        return 'its file is shorter than it was';
      const head = Buffer.alloc(pageHeaderBytes);
      await file.read(head, 0, head.length, overflow.first * pageSize);
      if (!isOverflow(head, overflow)) return `page ${overflow.first} does not read`;
    }
    level = below;
  }
  return undefined;
}

/** Pages by rising number; those that lie together are read together. */
async function* readPages(file: FileHandle, pageSize: number, numbers: readonly number[]) {
  const sorted = Float64Array.from(numbers).sort();
  const buffer = Buffer.alloc(Math.max(pageSize, readBytes));
  let from = 0;
  let have = 0;
  for (const number of sorted) {
    const start = number * pageSize;
    if (start < from || start + pageSize > from + have) {
      from = start;
      const wanted = Math.min(buffer.length, (sorted.at(-1)! + 1) * pageSize - start);
      have = (await file.read(buffer, 0, wanted, start)).bytesRead;
    }
    const page = buffer.subarray(start - from, Math.min(start - from + pageSize, have));
    // Cut off while it was read: a page of zeros is sound in no way.
    yield { number, page: page.length === pageSize ? page : Buffer.alloc(pageSize) };
  }
}
