// The external anchor: each checkpoint's place, hash and signature, kept where the log's keeper cannot change it (another
// machine, a write-once disk, a printer). Without one, a log that was cut back to an earlier whole state looks whole.
import { open } from 'node:fs/promises';
import { AuditError, reasonOf } from './errors.js';
import { writeAt } from './files.js';
import { type Line, readLines } from './lines.js';

/** What is known of a checkpoint elsewhere. */
export interface Anchor {
  readonly seq: number;
  readonly time: string;
  readonly hash: string;
  /** Ed25519 over the hash, base64. */
  readonly signature: string;
}

/** A file, or a function that passes each anchor on. */
export type AnchorTarget = string | ((anchor: Anchor) => void | Promise<void>);

/** @throws AuditError `WRITE_FAILED`. */
export async function keepAnchor(target: AnchorTarget, anchor: Anchor): Promise<void> {
  try {
    if (typeof target === 'function') await target(anchor);
    else await appendLine(target, JSON.stringify(anchor));
  } catch (cause) {
    throw new AuditError(
      'WRITE_FAILED',
      `The anchor of record ${anchor.seq} was not kept: ${reasonOf(cause)}. Check the place that anchors go to.`,
      { cause },
    );
  }
}

/**
 * The anchors of a file, oldest first.
 * @throws AuditError `FILE_NOT_FOUND`, `INVALID_ARGUMENT` when a line is no anchor.
 */
export async function* readAnchors(file: string): AsyncGenerator<Anchor> {
  let number = 0;
  for await (const lines of linesOf(file))
    for (const line of lines) {
      number++;
      // A crash in the middle of writing: that anchor was not kept.
      if (line.ended) yield parseAnchor(line, `${file}, line ${number},`);
    }
}

async function* linesOf(file: string): AsyncGenerator<Line[]> {
  try {
    yield* readLines(file);
  } catch (cause) {
    throw new AuditError('FILE_NOT_FOUND', `The anchors ${file} cannot be read: ${reasonOf(cause)}.`, {
      cause,
    });
  }
}

function parseAnchor({ bytes }: Line, place: string): Anchor {
  try {
    const { seq, time, hash, signature } = JSON.parse(bytes.toString()) as Anchor;
    if (Number.isSafeInteger(seq) && [time, hash, signature].every(value => typeof value === 'string'))
      return { seq, time, hash, signature };
  } catch {
    // Said below.
  }
  throw new AuditError(
    'INVALID_ARGUMENT',
    `${place} is no anchor. Name the file that the log's anchors go to.`,
  );
}

async function appendLine(file: string, line: string): Promise<void> {
  const handle = await open(file, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    // What a crash has broken off ends here, as a line of its own would not read.
    if (size > 0 && last[0] !== 0x0a) await handle.truncate(await lastLineEnd(file));
    await writeAt(handle, Buffer.from(`${line}\n`), 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function lastLineEnd(file: string): Promise<number> {
  let end = 0;
  for await (const lines of readLines(file))
    for (const { bytes, offset, ended } of lines) if (ended) end = offset + bytes.length + 1;
  return end;
}
