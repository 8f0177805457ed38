// Multipart requests: fields become the body that the schema checks, files are kept beside it.
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../errors/http-error.js';
import type { ServerLimits } from '../options.js';
import type { ReceivedImage } from './received-image.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Most files of one request; default `limits.images`. */
    maxImages?: number;
  }
  interface FastifyRequest {
    /** Files of a multipart request, by field. */
    uploads: ReadonlyMap<string, readonly ReceivedImage[]>;
  }
}

const none: ReadonlyMap<string, readonly ReceivedImage[]> = new Map();

/** Parses every multipart request before its body is checked. */
export async function addForms(app: FastifyInstance, limits: ServerLimits): Promise<void> {
  await app.register(multipart, {
    limits: {
      fileSize: limits.imageBytes,
      fields: 50,
      fieldSize: 65_536,
      fieldNameSize: 100,
      headerPairs: 50,
    },
    throwFileSizeLimit: true,
  });
  app.decorateRequest('uploads');
  app.addHook('onRequest', async request => {
    request.uploads = none;
  });
  app.addHook('preValidation', async request => {
    requireKnownType(request);
    if (!request.isMultipart()) return;
    try {
      await receive(request, limits);
    } catch (error) {
      throw refusal(error);
    }
  });
}

/** Where the schema of the body goes by content type, a body of another type would pass unchecked. */
function requireKnownType({ routeOptions, headers }: FastifyRequest): void {
  const body = routeOptions.schema?.body;
  if (typeof body !== 'object' || body === null || !('content' in body)) return;
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!Object.hasOwn(body.content as object, type))
    throw new HttpError(
      'UNSUPPORTED_MEDIA_TYPE',
      'Send multipart/form-data or JSON; /openapi.json says what is in it.',
    );
}

async function receive(request: FastifyRequest, limits: ServerLimits): Promise<void> {
  const maxImages = request.routeOptions.config.maxImages ?? limits.images;
  const uploads = new Map<string, ReceivedImage[]>();
  const fields: Record<string, unknown> = Object.create(null);
  let [images, bytes] = [0, 0];
  for await (const part of request.parts({ limits: { files: maxImages + 1, parts: maxImages + 51 } })) {
    if (part.type === 'field') {
      if (part.valueTruncated)
        throw new HttpError('PAYLOAD_TOO_LARGE', `The field ${part.fieldname} is too long.`);
      const earlier = fields[part.fieldname];
      fields[part.fieldname] = earlier === undefined ? part.value : [earlier, part.value].flat();
      continue;
    }
    const content = await part.toBuffer();
    bytes += content.length;
    if (++images > maxImages || bytes > limits.requestBytes)
      throw new HttpError('PAYLOAD_TOO_LARGE', `A request has at most ${maxImages} images.`);
    const list = uploads.get(part.fieldname) ?? [];
    list.push({ name: part.filename || part.fieldname, bytes: content });
    uploads.set(part.fieldname, list);
  }
  request.uploads = uploads;
  request.body = { ...fields };
}

/** What the parser says of a form, as a refusal. */
function refusal(error: unknown): unknown {
  if (error instanceof HttpError) return error;
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return status === 413
    ? new HttpError('PAYLOAD_TOO_LARGE', 'An image or the whole request is larger than is accepted here.')
    : new HttpError('INVALID_REQUEST', 'The multipart body is broken.', { cause: error });
}
