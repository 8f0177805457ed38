// Audit records and proofs as files.
import { createWriteStream } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type AuditQuery,
  type AuditRecord,
  exportAudit,
  type InclusionProof,
  proveRecord,
  readPublicKey,
  verifyProof,
} from '@insightface-ts/audit';
import { InsightFaceError } from 'insightface-ts';
import { checkFolderOf, writeOutput } from './output-file.js';
import { print, visibleLines } from './terminal.js';

export interface AuditExportOptions {
  readonly format: 'jsonl' | 'csv';
  readonly out?: string;
  readonly proof?: number;
}

/** Writes records, or one proof, to the file or to standard output; returns what it was. */
export async function writeAuditExport(
  folder: string,
  query: AuditQuery,
  { format, out, proof }: AuditExportOptions,
): Promise<string> {
  if (out !== undefined) await checkFolderOf(out);
  if (proof !== undefined) {
    const text = JSON.stringify(await proveRecord(folder, proof), null, 2);
    if (out === undefined) print(text);
    else await writeOutput(out, `${text}\n`, { secret: true });
    return `the proof of record ${proof}`;
  }
  let lines = format === 'csv' ? -1 : 0;
  const text = async function* () {
    for await (const line of exportAudit(folder, query, format)) {
      lines++;
      yield out === undefined ? visibleLines(line) : line;
    }
  };
  if (out === undefined) await pipeline(Readable.from(text()), process.stdout, { end: false });
  else await stream(out, text());
  return `${lines} ${lines === 1 ? 'record' : 'records'}`;
}

/** The record of a proof that holds. @throws InsightFaceError `INVALID_ARGUMENT` without a key. */
export async function checkProofFile(
  file: string,
  publicKey: string | undefined,
): Promise<AuditRecord | undefined> {
  if (publicKey === undefined)
    throw new InsightFaceError('INVALID_ARGUMENT', 'A proof is checked by a public key. Give --public-key.');
  const key = await readPublicKey(publicKey);
  const proof = await readProof(file);
  return verifyProof(proof, key) ? proof.record : undefined;
}

async function readProof(file: string): Promise<InclusionProof> {
  const text = await readFile(file, 'utf8').catch(cause => {
    throw new InsightFaceError('FILE_NOT_FOUND', `${file} cannot be read. Check path and permissions.`, {
      cause,
    });
  });
  try {
    const proof = JSON.parse(text) as InclusionProof;
    if (proof.record && proof.checkpoint && Array.isArray(proof.path)) return proof;
  } catch {
    // Said below.
  }
  throw new InsightFaceError('INVALID_ARGUMENT', `${file} is no proof. Name a file of audit export --proof.`);
}

/** The file is there whole or not at all, however long it is. */
async function stream(file: string, text: AsyncIterable<string>): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(text), createWriteStream(part, { mode: 0o600 })).catch(cause => {
      if (!('syscall' in cause)) throw cause;
      throw new InsightFaceError(
        'WRITE_FAILED',
        `${file} cannot be written: ${cause.message}. Free some space.`,
        {
          cause,
        },
      );
    });
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}
