// The pictures of a request, however they were sent.
import type { FastifyRequest } from 'fastify';
import { HttpError } from '../errors/http-error.js';
import { readAllowedFile } from './allowed-folder.js';
import { fetchAllowed } from './allowed-host.js';
import { decodeBase64 } from './base64.js';
import type { ImageSource } from './image-source.js';
import type { ReceivedImage } from './received-image.js';

/**
 * Pictures of a field: files of a multipart request, or what JSON names (base64, `{ path }`, `{ url }`).
 * @throws HttpError `INVALID_REQUEST` when there is none, `FORBIDDEN`, `PAYLOAD_TOO_LARGE`.
 */
export async function readImages(
  request: FastifyRequest,
  ...fields: readonly string[]
): Promise<ReceivedImage[]> {
  const images = await readOptionalImages(request, ...fields);
  if (images.length === 0)
    throw new HttpError('INVALID_REQUEST', `Send a picture in the field ${fields.join(' or ')}.`);
  return images;
}

/** As {@link readImages}, and none is fine. */
export async function readOptionalImages(
  request: FastifyRequest,
  ...fields: readonly string[]
): Promise<ReceivedImage[]> {
  const { limits } = request.server.services;
  const maxImages = request.routeOptions.config.maxImages ?? limits.images;
  const images: ReceivedImage[] = [];
  for (const field of fields) {
    images.push(...(request.uploads.get(field) ?? []));
    const body = (request.isMultipart() ? undefined : request.body) as
      | Record<string, unknown>
      | undefined
      | null;
    const sources = [body?.[field] ?? []].flat() as ImageSource[];
    if (images.length + sources.length > maxImages)
      throw new HttpError('PAYLOAD_TOO_LARGE', `A request has at most ${maxImages} images.`);
    for (const source of sources) images.push({ name: field, bytes: await readSource(request, source) });
  }
  return images;
}

/** The one picture of a field. @throws HttpError as {@link readImages}, and for several. */
export async function readOneImage(request: FastifyRequest, field = 'image'): Promise<ReceivedImage> {
  const [image, ...more] = await readImages(request, field);
  if (image === undefined || more.length > 0)
    throw new HttpError('INVALID_REQUEST', `Send one picture in the field ${field}, not several.`);
  return image;
}

/** Bytes of a picture that JSON names. */
export async function readSource(request: FastifyRequest, source: ImageSource): Promise<Uint8Array> {
  const { limits, options } = request.server.services;
  if (typeof source === 'string') return decodeBase64(source, limits.imageBytes);
  // What is more in the object than a path or a URL was not checked.
  if ('path' in source && typeof source.path === 'string')
    return readAllowedFile(source.path, options.allowFolders ?? [], limits.imageBytes);
  if (!('url' in source))
    throw new HttpError('INVALID_REQUEST', 'A picture in JSON is base64, a path or a url.');
  return fetchAllowed(source.url, options.allowHosts ?? [], {
    maxBytes: limits.imageBytes,
    timeoutMs: 10_000,
    signal: request.gone,
  });
}
