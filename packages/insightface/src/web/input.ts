// What a caller may hand in as a picture in a browser, and its way to pixels. Decodes as Node does: EXIF orientation
// obeyed, embedded colour profiles ignored. Transparent pixels differ: a canvas blends them with black.

import { InsightFaceError } from '../errors.js';
import { type DecodeOptions, readMaxPixels, tooLarge } from '../image/decode-options.js';
import type { Image } from '../image/image.js';
import { decodeNetpbm, isNetpbm } from '../image/netpbm.js';
import { imageFromPixels, isPixelSource, type PixelSource } from '../image/pixels.js';
import { isPicture } from '../image/signature.js';
import { owned } from './sha256.js';

/** A picture that the browser shows or holds already. A video gives the frame that it shows. */
export type DrawableInput =
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | ImageBitmap
  | VideoFrame;

/** An address to fetch, a file, its bytes, a picture of the page, or pixels (`ImageData`, `Image`). */
export type ImageInput = string | URL | Blob | Uint8Array | DrawableInput | PixelSource | Image;

/**
 * Brings any input to pixels.
 * @throws InsightFaceError `IMAGE_INVALID`, `IMAGE_TOO_LARGE`, `IMAGE_UNSUPPORTED`, `FILE_NOT_FOUND`,
 * `INVALID_ARGUMENT`.
 */
export async function readImage(input: ImageInput, options: DecodeOptions = {}): Promise<Image> {
  const maxPixels = readMaxPixels(options);
  if (typeof input === 'string' || input instanceof URL) return decode(await fetchImage(input), maxPixels);
  if (input instanceof Blob) return decode(new Uint8Array(await input.arrayBuffer()), maxPixels);
  if (input instanceof Uint8Array) return decode(owned(input), maxPixels);
  if (isDrawable(input)) return readPixels(input, maxPixels);
  if (!isPixelSource(input))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'A picture is an address, a Blob, the bytes of an image file, an image, video or canvas of the page, or pixels: {width, height, data}.',
    );
  return imageFromPixels(input);
}

/** Whether the browser can draw it onto a canvas. */
export function isDrawable(input: unknown): input is DrawableInput {
  // In a worker the elements of a page do not exist, and some browsers lack video frames.
  return [
    'HTMLImageElement',
    'HTMLVideoElement',
    'HTMLCanvasElement',
    'OffscreenCanvas',
    'ImageBitmap',
    'VideoFrame',
  ].some(name => {
    const kind: unknown = Reflect.get(globalThis, name);
    return typeof kind === 'function' && input instanceof kind;
  });
}

async function fetchImage(url: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `${url} cannot be fetched. Pictures of other sites need their leave (CORS).`,
      { cause },
    );
  });
  if (!response.ok)
    throw new InsightFaceError('FILE_NOT_FOUND', `${url} cannot be fetched: status ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

async function decode(bytes: Uint8Array<ArrayBuffer>, maxPixels: number): Promise<Image> {
  if (isNetpbm(bytes)) return decodeNetpbm(bytes, maxPixels);
  if (bytes.length === 0) throw new InsightFaceError('IMAGE_INVALID', 'The image is empty: it has no bytes.');
  if (!isPicture(bytes))
    throw new InsightFaceError(
      'IMAGE_UNSUPPORTED',
      'These bytes are no image of a known format. JPEG, PNG, WebP, GIF, AVIF, PGM and PPM are read.',
    );
  const bitmap = await createImageBitmap(new Blob([bytes]), {
    colorSpaceConversion: 'none',
    imageOrientation: 'from-image',
    premultiplyAlpha: 'none',
  }).catch((cause: unknown) => {
    throw new InsightFaceError(
      'IMAGE_INVALID',
      'The image is damaged, or of a format that this browser does not read.',
      { cause },
    );
  });
  try {
    return readPixels(bitmap, maxPixels);
  } finally {
    bitmap.close();
  }
}

function readPixels(source: DrawableInput, maxPixels: number): Image {
  const { width, height } = sizeOf(source);
  if (width < 1 || height < 1)
    throw new InsightFaceError('IMAGE_INVALID', 'The picture has no pixels yet. Wait until it is loaded.');
  if (width * height > maxPixels) throw tooLarge(maxPixels);
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    alpha: false,
    willReadFrequently: true,
  });
  if (!context) throw new InsightFaceError('RUNTIME_UNAVAILABLE', 'This browser gives no canvas to draw on.');
  context.drawImage(source, 0, 0, width, height);
  try {
    return imageFromPixels(context.getImageData(0, 0, width, height));
  } catch (cause) {
    if (cause instanceof InsightFaceError) throw cause;
    throw new InsightFaceError(
      'IMAGE_INVALID',
      'The browser keeps the pixels of this picture from the page: it comes from another site without leave (CORS).',
      { cause },
    );
  }
}

function sizeOf(source: DrawableInput): { readonly width: number; readonly height: number } {
  if ('naturalWidth' in source) return { width: source.naturalWidth, height: source.naturalHeight };
  if ('videoWidth' in source) return { width: source.videoWidth, height: source.videoHeight };
  if ('displayWidth' in source) return { width: source.displayWidth, height: source.displayHeight };
  return source;
}
