import { InsightFaceError } from 'insightface-ts';
import { openEmbeddedGallery } from './embedded/embedded-gallery.js';
import type { Gallery, OpenGalleryOptions } from './types.js';

const tenantPattern = /^[a-z0-9][a-z0-9_-]{0,39}$/;

/**
 * Opens the gallery of a location: a folder (the embedded store), or `postgres://` or `qdrant://` with
 * host, port and, for PostgreSQL, the database. The client of a remote store is loaded when it is asked for.
 * @example
 * const gallery = await openGallery('people', { model: app.recognizer });
 * await gallery.enroll('Ada', face.embedding, { source: 'ada.jpg' });
 * const [best] = await gallery.search(probe.embedding, { threshold: 0.4 });
 * await gallery.close();
 * @throws InsightFaceError `FILE_NOT_FOUND` when there is none and none is to be made, `GALLERY_INVALID` when the
 * location holds something else or is damaged, `MODEL_MISMATCH` when it was made with another model, `KEY_INVALID` when
 * it is encrypted by another key or none was given, `STORE_UNAVAILABLE`, `WRITE_FAILED`, `INVALID_ARGUMENT`.
 */
export async function openGallery(location: string, options: OpenGalleryOptions = {}): Promise<Gallery> {
  if (options.tenant !== undefined && !tenantPattern.test(options.tenant))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'A tenant has up to 40 lower-case letters, digits, - and _, beginning with a letter or digit.',
    );
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1]?.toLowerCase();
  if (scheme === undefined) return openEmbeddedGallery(location, options);
  if (options.encryption)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'Only the embedded store encrypts. Encrypt the disks of the database instead.',
    );
  switch (scheme) {
    case 'postgres':
    case 'postgresql':
      return (await import('./postgres/postgres-gallery.js')).openPostgresGallery(location, options);
    case 'qdrant':
    case 'qdrants':
      return (await import('./qdrant/qdrant-gallery.js')).openQdrantGallery(location, options);
    default:
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `There is no store for ${scheme}://. Give a folder, postgres:// or qdrant://.`,
      );
  }
}
