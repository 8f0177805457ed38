import { describe, expect, it } from 'vitest';
import { decodeBase64 } from './base64.js';

describe('decodeBase64', () => {
  it('reads base64, with line breaks, of URLs, and data: URIs', () => {
    const bytes = Buffer.from([0, 255, 254, 62, 63]);
    for (const text of [
      bytes.toString('base64'),
      bytes.toString('base64url'),
      `${bytes.toString('base64').slice(0, 4)}\n${bytes.toString('base64').slice(4)}`,
      `data:image/png;base64,${bytes.toString('base64')}`,
    ])
      expect(Buffer.from(decodeBase64(text, 100))).toEqual(bytes);
  });

  it('refuses what is none, quickly, and what is too large', () => {
    for (const text of ['../photo.jpg', 'data:text/plain,hello', `${' '.repeat(1_000_000)}!`])
      expect(() => decodeBase64(text, 10_000_000)).toThrow(
        expect.objectContaining({ code: 'INVALID_REQUEST' }),
      );
    expect(() => decodeBase64('A'.repeat(1000), 100)).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }),
    );
  });
});
