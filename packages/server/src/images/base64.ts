import { HttpError } from '../errors/http-error.js';

/**
 * Bytes of base64 or of a `data:` URI with base64.
 * @throws HttpError `INVALID_REQUEST`, `PAYLOAD_TOO_LARGE`.
 */
export function decodeBase64(text: string, maxBytes: number): Uint8Array {
  const start = text.startsWith('data:') ? text.indexOf(',') + 1 : 0;
  if (text.startsWith('data:') && !/^data:[^,]{0,200};base64,/i.test(text.slice(0, 240)))
    throw new HttpError('INVALID_REQUEST', 'A data: URI of a picture begins like data:image/jpeg;base64,');
  const length = text.length - start;
  if (length * 0.75 > maxBytes + 2)
    throw new HttpError('PAYLOAD_TOO_LARGE', `An image has at most ${maxBytes} bytes.`);
  const encoded = start === 0 ? text : text.slice(start);
  // Node passes over what is not base64; a path or a name would become noise.
  if (/[^A-Za-z0-9+/_\s=-]/.test(encoded))
    throw new HttpError(
      'INVALID_REQUEST',
      'The image is not base64. Send base64, a data: URI, or multipart.',
    );
  return Buffer.from(encoded, 'base64');
}
