// Looks at a store's file before it is mapped into memory: a truncated map does not throw, it ends the process.
// Format: LMDB 0.9/1.0 data file, version 2 (a page header of 24 bytes; two meta pages; B+tree pages).
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InsightFaceError } from 'insightface-ts';

export const dataFile = 'data.mdb';

const magic = 0xbeefc0de;
const pageHeaderBytes = 24;
const branchFlag = 0x01;
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
    const foreign = names.find(name => !name.startsWith('.') && name !== 'lock.mdb');
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

interface Meta {
  readonly pageSize: number;
  readonly root: bigint;
  readonly depth: number;
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
  // Of the two trees in a meta page (free pages, then data) the second.
  return {
    pageSize,
    depth: buffer.readUInt16LE(at + 24 + 48 + 6),
    root: buffer.readBigUInt64LE(at + 24 + 48 + 40),
    transaction: buffer.readBigUInt64LE(at + 24 + 48 + 48 + 8),
  };
}

/** Follows the tree from its root down to the numbers of its leaves: each must lie inside the file. */
async function findFault(file: FileHandle, meta: Meta): Promise<string | undefined> {
  if (meta.root === noRoot) return undefined;
  const pages = BigInt(Math.floor((await file.stat()).size / meta.pageSize));
  let level = [meta.root];
  for (let depth = meta.depth; depth > 0; depth--) {
    if (level.some(page => page < 2n || page >= pages)) return 'its file is shorter than it was';
    if (depth === 1) return undefined;
    const children: bigint[] = [];
    for (const page of level) {
      const { buffer } = await file.read(
        Buffer.alloc(meta.pageSize),
        0,
        meta.pageSize,
        Number(page) * meta.pageSize,
      );
      const found = childrenOf(buffer, page);
      if (!found) return `page ${page} does not read`;
      children.push(...found);
    }
    level = children;
  }
  return undefined;
}

/** Page numbers in the nodes of a branch page: 48 bits, in the fields that hold size and flags of a leaf's node. */
function childrenOf(page: Buffer, number: bigint): bigint[] | undefined {
  if (page.readBigUInt64LE(0) !== number || !(page.readUInt16LE(18) & branchFlag)) return undefined;
  const children: bigint[] = [];
  for (let at = pageHeaderBytes; at < pageHeaderBytes + page.readUInt16LE(20); at += 2) {
    const node = pageHeaderBytes + page.readUInt16LE(at);
    if (node + 8 > page.length) return undefined;
    children.push(BigInt(page.readUInt32LE(node)) + (BigInt(page.readUInt16LE(node + 4)) << 32n));
  }
  return children;
}
