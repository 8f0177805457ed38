import type { Counts, Gallery } from '../types.js';
import { exportFormat, exportVersion } from './format.js';
import { peopleOf } from './people.js';
import { writeExport } from './write.js';

/**
 * Writes everybody of a gallery to a file, whole or not at all.
 * @throws InsightFaceError `WRITE_FAILED`; whatever was at that place is still there then.
 */
export function exportGallery(gallery: Gallery, file: string): Promise<Counts> {
  const { model } = gallery;
  const head = { format: exportFormat, version: exportVersion, ...(model && { model }) } as const;
  return writeExport(file, head, peopleOf(gallery));
}
