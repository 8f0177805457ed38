import { InsightFaceError } from 'insightface-ts';
import type { Metadata } from './types.js';

const maxBytes = 65_536;

/**
 * Metadata as JSON gives it back.
 * @throws InsightFaceError `INVALID_ARGUMENT` for what JSON cannot hold, or more than 64 KiB of it.
 */
export function checkMetadata(metadata: Metadata): Metadata {
  const text = toJson(metadata);
  if (text === undefined || typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    throw new InsightFaceError('INVALID_ARGUMENT', 'Metadata is an object of values that JSON can hold.');
  if (Buffer.byteLength(text) > maxBytes)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `Metadata takes at most ${maxBytes} bytes as JSON. Keep less.`,
    );
  return JSON.parse(text) as Metadata;
}

function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
