import { writeFile } from 'node:fs/promises';
import { InsightFaceError } from 'insightface-ts';

/** Writes a page or picture that was asked for. @throws InsightFaceError `WRITE_FAILED`. */
export async function writeResult(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (cause) {
    throw new InsightFaceError('WRITE_FAILED', `${file} could not be written: ${cause}`, { cause });
  }
}
