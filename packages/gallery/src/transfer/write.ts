import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { InsightFaceError } from 'insightface-ts';
import type { Counts, Person } from '../types.js';
import { type ExportEnd, type ExportHead, toExported } from './format.js';

const chunkBytes = 1 << 20;

/**
 * Writes an export beside its place and moves it there when it is whole and on the disk.
 * @throws InsightFaceError `WRITE_FAILED`; whatever was at that place is still there then.
 */
export async function writeExport(
  file: string,
  head: ExportHead,
  people: AsyncIterable<Person> | Iterable<Person>,
): Promise<Counts> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      const counts = await writeLines(handle, head, people);
      await handle.sync();
      await handle.close();
      await rename(temporary, file);
      return counts;
    } catch (error) {
      await handle.close();
      await rm(temporary, { force: true });
      throw error;
    }
  } catch (cause) {
    if (cause instanceof InsightFaceError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InsightFaceError(
      'WRITE_FAILED',
      `${file} cannot be written: ${reason}. Check space and permissions.`,
      {
        cause,
      },
    );
  }
}

async function writeLines(
  handle: FileHandle,
  head: ExportHead,
  people: AsyncIterable<Person> | Iterable<Person>,
): Promise<Counts> {
  const hash = createHash('sha256');
  let pending = '';
  const flush = async () => {
    hash.update(pending);
    await handle.writeFile(pending);
    pending = '';
  };
  pending += `${JSON.stringify(head)}\n`;
  const counts = { people: 0, templates: 0 };
  for await (const person of people) {
    counts.people++;
    counts.templates += person.templates.length;
    pending += `${JSON.stringify(toExported(person))}\n`;
    if (pending.length >= chunkBytes) await flush();
  }
  await flush();
  const end: ExportEnd = { ...counts, sha256: hash.digest('hex') };
  await handle.writeFile(`${JSON.stringify(end)}\n`);
  return counts;
}
