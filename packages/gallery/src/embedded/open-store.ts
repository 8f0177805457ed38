// From a folder to an open store that holds a gallery of the right model.
import { randomUUID } from 'node:crypto';
import { InsightFaceError } from 'insightface-ts';
import { newKey } from '../encryption/cipher.js';
import type { KeyRing } from '../encryption/key-ring.js';
import { checkModel, checkSameModel } from '../models.js';
import type { OpenGalleryOptions } from '../types.js';
import { type Codec, plainCodec } from './codec.js';
import { putHeader, readHeader } from './people-store.js';
import { type EncryptionRecord, format, type HeaderRecord, version } from './records.js';
import { SealedCodec } from './sealed-codec.js';
import { Store } from './store.js';
import { inspectFolder } from './store-file.js';

/** @throws InsightFaceError as {@link openGallery}. */
export async function openGalleryStore(folder: string, options: OpenGalleryOptions): Promise<Store> {
  const { readonly = false, encryption } = options;
  const model = options.model && checkModel(options.model);
  const create = !readonly && (options.create ?? model !== undefined);
  const found = await inspectFolder(folder);
  if (found === 'empty' && !create)
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `There is no gallery at ${folder}. Check the path, or open it with a model to make one.`,
    );
  const store = await Store.open(folder, readonly);
  try {
    const header = readHeader(store);
    checkHeader(header, store.isEmpty && create, folder);
    const fresh = header || !encryption ? undefined : await newEncryption(encryption);
    if (!readonly && (header?.version !== version || (model && !header.model)))
      await store.write(() => {
        // Another process may have been quicker.
        const own = readHeader(store) ?? { format, version, ...(fresh && { encryption: fresh }) };
        putHeader(store, { ...own, version, ...(model && !own.model && { model }) });
      });
    const current = readHeader(store);
    checkEncryption(current, encryption, folder);
    if (model) checkSameModel(model, current?.model, folder);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** How the records of a gallery are written, by its header. */
export async function openCodec(header: HeaderRecord | undefined, ring: KeyRing | undefined): Promise<Codec> {
  const record = header?.encryption;
  if (!record || !ring) return plainCodec;
  const wrapped = { keyId: record.keyId, bytes: Buffer.from(record.key, 'base64') };
  return new SealedCodec(record, await ring.unwrap(wrapped, record.galleryId));
}

/** A new gallery key, wrapped; for a new gallery, or the next one of a gallery. */
export async function newEncryption(
  ring: KeyRing,
  galleryId: string = randomUUID(),
): Promise<EncryptionRecord> {
  const { keyId, bytes } = await ring.wrap(newKey(), galleryId);
  return { galleryId, keyId, key: Buffer.from(bytes).toString('base64') };
}

function checkEncryption(header: HeaderRecord | undefined, ring: KeyRing | undefined, folder: string): void {
  if (header?.encryption && !ring)
    throw new InsightFaceError('KEY_INVALID', `The gallery ${folder} is encrypted. Give its key.`);
  if (!header?.encryption && ring)
    throw new InsightFaceError(
      'KEY_INVALID',
      `The gallery ${folder} is not encrypted. Open it without a key, or migrate it to a new encrypted one.`,
    );
}

function checkHeader(header: HeaderRecord | undefined, isNew: boolean, folder: string): void {
  if (isNew) return;
  if (header?.format !== format)
    throw new InsightFaceError(
      'GALLERY_INVALID',
      `${folder} holds a database of another program. Name a gallery or a new folder.`,
    );
  if (header.version > version)
    throw new InsightFaceError(
      'GALLERY_INVALID',
      `${folder} was made by a newer version of this library (format ${header.version}). Update the library.`,
    );
}
