// The wanted files of a zip archive. One entry that is hostile or damaged refuses the whole archive.
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { InsightFaceError } from '../../errors.js';
import { archiveLimits, checkComplete, install, refuse, type Wanted } from './unpack.js';

const symbolicLink = 0xa000;
/** Small files of equal bytes shrink a lot and harm nobody. */
const ratioMatters = 2 ** 20;

/**
 * A wanted name is the whole path of a file in the archive, or its end after a `/` where that is unique.
 * @throws InsightFaceError `DOWNLOAD_FAILED`, `WRITE_FAILED`, `CHECKSUM_MISMATCH`.
 */
export async function unpackZip(path: string, name: string, wanted: Wanted): Promise<void> {
  const handle = await open(path);
  try {
    const zip = await openZip(handle, name);
    const entries = await readDirectory(zip, name);
    const members = new Map(
      [...wanted.keys()].flatMap(member => {
        const entry = findMember(entries, member);
        return entry ? [[member, entry] as const] : [];
      }),
    );
    checkComplete(name, wanted, new Set(members.keys()));
    for (const [member, entry] of members)
      for (const target of wanted.get(member) ?? []) await install(target, readMember(zip, entry, name));
  } finally {
    await handle.close();
  }
}

function findMember(entries: readonly Entry[], member: string): Entry | undefined {
  const exact = entries.find(entry => entry.fileName === member);
  if (exact) return exact;
  const ending = entries.filter(entry => entry.fileName.endsWith(`/${member}`));
  return ending.length === 1 ? ending[0] : undefined;
}

async function openZip(handle: FileHandle, name: string): Promise<ZipFile> {
  const [{ fromRandomAccessReaderPromise }, { ZipReader }] = await Promise.all([
    import('yauzl'),
    import('./zip-reader.js'),
  ]);
  try {
    // Names that leave the folder, are absolute or hold backslashes are errors in strict mode.
    const options = { lazyEntries: true, autoClose: false, strictFileNames: true };
    return await fromRandomAccessReaderPromise(new ZipReader(handle), (await handle.stat()).size, options);
  } catch (error) {
    throw damaged(name, error);
  }
}

async function readDirectory(zip: ZipFile, name: string): Promise<Entry[]> {
  if (zip.entryCount > archiveLimits.entries) throw refuse(name, `it has ${zip.entryCount} entries`);
  const entries = new Map<string, Entry>();
  let total = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      total += entry.uncompressedSize;
      const problem = entryProblem(entry) ?? (entries.has(entry.fileName) ? 'is there twice' : undefined);
      if (problem) throw refuse(name, `its entry ${JSON.stringify(entry.fileName)} ${problem}`);
      if (total > archiveLimits.totalBytes) throw refuse(name, 'it would unpack to far more than it may');
      entries.set(entry.fileName, entry);
    }
  } catch (error) {
    throw error instanceof InsightFaceError ? error : damaged(name, error);
  }
  return [...entries.values()];
}

function entryProblem(entry: Entry): string | undefined {
  if (((entry.externalFileAttributes >>> 16) & 0xf000) === symbolicLink) return 'is a symbolic link';
  if (entry.isEncrypted()) return 'is encrypted';
  if (entry.uncompressedSize > archiveLimits.fileBytes) return 'is too large';
  if (
    entry.uncompressedSize > ratioMatters &&
    entry.uncompressedSize > entry.compressedSize * archiveLimits.ratio
  )
    return 'is packed too densely to be a model';
  return undefined;
}

/** The bytes of a file, checked against the archive's own size and CRC at the end. */
async function* readMember(zip: ZipFile, entry: Entry, name: string): AsyncGenerator<Uint8Array> {
  let crc = 0;
  try {
    const stream: AsyncIterable<Uint8Array> = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) {
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof InsightFaceError ? error : damaged(name, error);
  }
  if (crc !== entry.crc32) throw damaged(name, new Error(`the checksum of ${entry.fileName} is wrong`));
}

function damaged(name: string, error: unknown): InsightFaceError {
  const reason = error instanceof Error ? error.message : String(error);
  return refuse(name, `it is damaged or hostile (${reason})`, error);
}
