// Opening: brings the chain to where HEAD says, and takes away what was never acknowledged.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { rm, stat, truncate } from 'node:fs/promises';
import type { AnchorTarget } from './anchor.js';
import { readAnchors } from './anchor.js';
import { Chain, isFault } from './chain.js';
import { AuditError, isSystemError } from './errors.js';
import type { AuditRecord } from './event.js';
import { listSegments, publicKeyFile, recordsFile, sealFile } from './files.js';
import { isHeadOf, readHead, type SignedHead } from './head.js';
import { readLines, readLinesBackwards } from './lines.js';
import { logActions, readRecord } from './record.js';
import { keyFingerprint, readPublicKey } from './signing-key.js';

export interface Replayed {
  readonly chain: Chain;
  /** How much of the segment's file counts. */
  readonly bytes: number;
  /** How many bytes of unacknowledged writes were cut off. */
  readonly cut: number;
}

/**
 * Reads the last segment; undefined when there is no log yet.
 * @throws AuditError `AUDIT_DAMAGED` when what was acknowledged is not there, `KEY_INVALID` for another log's key.
 */
export async function replay(folder: string, key: KeyObject): Promise<Replayed | undefined> {
  const head = await readHead(folder);
  if (head === undefined) {
    if ((await listSegments(folder)).length > 0) throw damaged(folder, 'its file HEAD is not there');
    return undefined;
  }
  if (head === null) throw damaged(folder, 'its file HEAD does not read');
  if (!isHeadOf(createPublicKey(key), head)) throw await wrongKey(folder, key);
  const chain = await chainBefore(folder, head);
  const file = recordsFile(folder, head.segment);
  const size = await sizeOf(file);
  if (size < head.bytes) throw damaged(folder, `${file} is shorter than it was`);
  chain.beginSegment(head.segment);
  if (head.bytes > 0) await readSegment(folder, chain, head, key);
  if (chain.seq !== head.seq || chain.hash !== head.hash)
    throw damaged(folder, `it ends with record ${chain.seq}, ${head.seq} were acknowledged`);
  let cut = size - head.bytes;
  if (cut > 0) await truncate(file, head.bytes);
  for (const { number } of await listSegments(folder)) {
    if (number <= head.segment) continue;
    cut += await sizeOf(recordsFile(folder, number));
    await rm(recordsFile(folder, number));
  }
  return { chain, bytes: head.bytes, cut };
}

/** @throws AuditError `AUDIT_DAMAGED` when a file of anchors knows later records than the log. */
export async function compareWithAnchor(folder: string, chain: Chain, anchor: AnchorTarget): Promise<void> {
  if (typeof anchor !== 'string' || (await sizeOf(anchor)) === 0) return;
  for await (const { seq } of readAnchors(anchor))
    if (seq > chain.seq)
      throw damaged(folder, `it ends with record ${chain.seq}, its anchor ${anchor} knows record ${seq}`);
}

/** The seal of a segment, from its records or from what is left of it. */
export async function readSeal(
  folder: string,
  number: number,
): Promise<{ seal: AuditRecord; line: Buffer } | undefined> {
  for (const file of [recordsFile(folder, number), sealFile(folder, number)]) {
    const size = await sizeOf(file);
    for await (const [last] of readLinesOf(file, size)) {
      const seal = last && readRecord(last.bytes);
      if (last && seal?.action === logActions.seal) return { seal, line: last.bytes };
      break;
    }
  }
  return undefined;
}

async function* readLinesOf(file: string, size: number) {
  if (size > 0) yield* readLinesBackwards(file, 0, size);
}

async function chainBefore(folder: string, head: SignedHead): Promise<Chain> {
  const chain = new Chain();
  if (head.segment === 1) return chain;
  const before = await readSeal(folder, head.segment - 1);
  if (!before) throw damaged(folder, `segment ${head.segment - 1} has no seal`);
  const { seq, hash, time } = before.seal;
  return Object.assign(chain, { seq, hash, time, checkpoint: { seq, time } });
}

async function readSegment(folder: string, chain: Chain, head: SignedHead, key: KeyObject): Promise<void> {
  const publicKey = createPublicKey(key);
  const file = recordsFile(folder, head.segment);
  for await (const lines of readLines(file, { end: head.bytes }))
    for (const line of lines) {
      const result = chain.accept(line, publicKey);
      if (isFault(result)) throw damaged(folder, result.message.slice(0, -1));
    }
}

async function wrongKey(folder: string, key: KeyObject): Promise<AuditError> {
  const own = await readPublicKey(publicKeyFile(folder)).catch(() => undefined);
  const [ours, theirs] = [keyFingerprint(key), own && keyFingerprint(own)];
  if (theirs === ours) return damaged(folder, 'its file HEAD was not signed by it');
  return new AuditError(
    'KEY_INVALID',
    `The signing key ${ours} is not that of the audit log ${folder} (${theirs ?? 'its public key is gone'}). ` +
      'Give the log its own key, or begin a new log in an empty folder.',
  );
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return 0;
    throw error;
  }
}

function damaged(folder: string, what: string): AuditError {
  return new AuditError(
    'AUDIT_DAMAGED',
    `The audit log ${folder} is not as it was left: ${what}. Find out who changed it (insightface audit verify says ` +
      'where), keep the folder as evidence, and begin a new log in an empty one.',
  );
}
