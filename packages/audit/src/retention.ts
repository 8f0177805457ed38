// Retention: a sealed segment whose time is over goes; its signed seal stays, so that the chain can still be followed.
// The log says so first: a segment that is gone without such a record was removed by somebody else.
import { open, rename, rm } from 'node:fs/promises';
import { listSegments, recordsFile, sealFile, syncFolder } from './files.js';
import { readSeal } from './replay.js';

const dayMs = 86_400_000;

export interface ExpiredSegment {
  readonly number: number;
  /** Its last record. */
  readonly seq: number;
  readonly line: Buffer;
}

/** Segments whose last record is older than that, oldest first. */
export async function expiredSegments(folder: string, days: number): Promise<ExpiredSegment[]> {
  const limit = new Date(Date.now() - days * dayMs).toISOString();
  const expired: ExpiredSegment[] = [];
  for (const { number, records } of await listSegments(folder)) {
    if (!records) continue;
    const found = await readSeal(folder, number);
    if (!found || found.seal.time >= limit) break;
    expired.push({ number, seq: found.seal.seq, line: found.line });
  }
  return expired;
}

/** Leaves of a segment only its seal. */
export async function dropRecords(folder: string, { number, line }: ExpiredSegment): Promise<void> {
  const file = sealFile(folder, number);
  const handle = await open(`${file}.tmp`, 'w', 0o600);
  try {
    await handle.writeFile(Buffer.concat([line, Buffer.from('\n')]));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.tmp`, file);
  await syncFolder(folder);
  await rm(recordsFile(folder, number));
}
