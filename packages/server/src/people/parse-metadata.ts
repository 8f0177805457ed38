import type { Metadata } from '@insightface-ts/gallery';
import { HttpError } from '../errors/http-error.js';

/** An object, or in a form its JSON. @throws HttpError `INVALID_REQUEST`. */
export function parseMetadata(metadata: unknown): Metadata | undefined {
  if (metadata === undefined) return undefined;
  const value = typeof metadata === 'string' ? parse(metadata) : metadata;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Metadata;
  throw new HttpError('INVALID_REQUEST', 'metadata is an object, such as {"department": "x"}.');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
