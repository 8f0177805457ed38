// Bodies and answers as msgpack.
import { decode, encode } from '@msgpack/msgpack';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../errors/http-error.js';

/** Bytes within become base64, so that one schema and one reader serve both kinds of body. */
export function parseMsgpack(app: FastifyInstance, types: readonly string[]): void {
  app.addContentTypeParser([...types], { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => {
    try {
      return withoutBytes(decode(body, { maxArrayLength: 10_000, maxMapLength: 1000, maxExtLength: 0 }), 0);
    } catch (cause) {
      throw new HttpError('INVALID_REQUEST', 'The body is no msgpack.', { cause });
    }
  });
}

/** Numbers leave with single precision, as InsightFace-REST sends them. */
export function toMsgpack(value: unknown): Buffer {
  return Buffer.from(encode(value, { forceFloat32: true, ignoreUndefined: true }));
}

const deepest = 10;

function withoutBytes(value: unknown, depth: number): unknown {
  if (depth > deepest) throw new Error('Too deep.');
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64');
  if (Array.isArray(value)) return value.map(item => withoutBytes(item, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withoutBytes(item, depth + 1)]),
  );
}
