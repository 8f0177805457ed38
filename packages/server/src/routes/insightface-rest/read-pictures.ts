import type { FastifyRequest } from 'fastify';
import { describeError } from '../../errors/describe-error.js';
import { HttpError } from '../../errors/http-error.js';
import type { ImageSource } from '../../images/image-source.js';
import { readSource } from '../../images/read-images.js';
import type { ExtractBody } from './schemas.js';

/** A picture, or why it could not be had. */
export type Picture = { readonly bytes: Uint8Array } | { readonly failure: string };

/** The pictures of a request, in its order. @throws HttpError when there are none, or too many. */
export async function readPictures(
  request: FastifyRequest,
  { data, urls }: ExtractBody['images'],
): Promise<Picture[]> {
  const sources = data?.length ? data : (urls ?? []).map(addressOf);
  const { images } = request.server.services.limits;
  if (sources.length === 0)
    throw new HttpError('INVALID_REQUEST', 'Send pictures in images.data or images.urls.');
  if (sources.length > images)
    throw new HttpError('PAYLOAD_TOO_LARGE', `A request has at most ${images} images.`);
  return Promise.all(
    sources.map(source => attempt(async () => ({ bytes: await readSource(request, source) }))),
  );
}

/** What is wrong with one picture is told beside the others; what is wrong with the service ends the request. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | { readonly failure: string }> {
  try {
    return await work();
  } catch (error) {
    const { status, message } = describeError(error);
    if (status >= 500) throw error;
    return { failure: message };
  }
}

function addressOf(address: string): ImageSource {
  return /^https?:\/\//i.test(address) ? { url: address } : { path: address };
}
