// What lies in a log's folder:
//   HEAD                     how far the log goes, signed
//   public-key.pem           for those who verify
//   LOCK                     the process that writes
//   segment-000001.jsonl     records, one a line; a full segment ends with its seal
//   segment-000001.seal      the seal alone, of a segment whose time of retention is over
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from './errors.js';

/** One segment as it lies in the folder: its records, or only its seal, or (in the middle of expiring) both. */
export interface SegmentFiles {
  readonly number: number;
  readonly records: boolean;
  readonly seal: boolean;
}

const segmentName = /^segment-(\d{6,})\.(jsonl|seal)$/;

export function recordsFile(folder: string, number: number): string {
  return join(folder, `segment-${String(number).padStart(6, '0')}.jsonl`);
}

export function sealFile(folder: string, number: number): string {
  return join(folder, `segment-${String(number).padStart(6, '0')}.seal`);
}

export function publicKeyFile(folder: string): string {
  return join(folder, 'public-key.pem');
}

/** All segments, oldest first; none when there is no folder. */
export async function listSegments(folder: string): Promise<SegmentFiles[]> {
  const names = await readdir(folder).catch(error => {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  });
  const segments = new Map<number, SegmentFiles>();
  for (const name of names) {
    const [, digits, kind] = segmentName.exec(name) ?? [];
    if (digits === undefined) continue;
    const number = Number(digits);
    const known = segments.get(number) ?? { number, records: false, seal: false };
    segments.set(number, { ...known, [kind === 'seal' ? 'seal' : 'records']: true });
  }
  return [...segments.values()].sort((a, b) => a.number - b.number);
}

/** A new or renamed file is there after a power cut only when its folder is on the disk too. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows does not open folders, and needs no such thing.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes all of a buffer at a place in a file. */
export async function writeAt(
  handle: Awaited<ReturnType<typeof open>>,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
