// What a caller may hand in as a picture. Node only: reads files.
import { readFile, stat } from 'node:fs/promises';
import { InsightFaceError } from '../errors.js';
import { decodeImage } from '../image/decode.js';
import type { DecodeOptions } from '../image/decode-options.js';
import type { Image } from '../image/image.js';
import { imageFromPixels, isPixelSource, type PixelSource } from '../image/pixels.js';

/** A path, a `file:` URL, the bytes of an image file, or pixels. */
export type ImageInput = string | URL | Uint8Array | PixelSource | Image;

/** Encoded files above this size are not read: no photo is that large, and a device file has no end. */
const maxFileBytes = 512 * 1024 * 1024;

/**
 * Brings any input to pixels.
 * @throws InsightFaceError `FILE_NOT_FOUND`, `INVALID_ARGUMENT`, or what {@link decodeImage} throws.
 */
export async function readImage(input: ImageInput, options: DecodeOptions = {}): Promise<Image> {
  if (input instanceof Uint8Array) return decodeImage(input, options);
  if (typeof input === 'string' || input instanceof URL)
    return decodeImage(await readImageFile(input), options);
  if (!isPixelSource(input))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'A picture is a path, a file: URL, the bytes of an image file (Uint8Array), or pixels: {width, height, data}.',
    );
  return imageFromPixels(input);
}

async function readImageFile(path: string | URL): Promise<Uint8Array> {
  if (path instanceof URL && path.protocol !== 'file:')
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `Only file: URLs are read, not ${path.protocol} Download the picture and hand in its bytes.`,
    );
  try {
    const info = await stat(path);
    if (!info.isFile())
      throw new InsightFaceError(
        'FILE_NOT_FOUND',
        `${String(path)} is not a file, or a folder that cannot be read. Name a picture.`,
      );
    if (info.size > maxFileBytes)
      throw new InsightFaceError(
        'IMAGE_TOO_LARGE',
        `${String(path)} has ${info.size} bytes; files up to ${maxFileBytes} bytes are read.`,
      );
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof InsightFaceError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InsightFaceError('FILE_NOT_FOUND', `The file cannot be read: ${reason}`, { cause });
  }
}
