// Limits: what is too large, too many or too much at once is refused at the right place, in the right words.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { type TestPhotos, testPhotos } from '../testing/test-photos.js';
import { type Asked, TestServer } from '../testing/test-server.js';

const limits = { imageBytes: 60_000, requestBytes: 100_000, images: 2, pixels: 300_000, queue: 2 };
let server: TestServer;
let photos: TestPhotos;

beforeAll(async () => {
  server = await TestServer.start({ data: temporaryFolder(), limits });
  photos = await testPhotos();
}, 120_000);

afterAll(() => server.close());

const told = ({ status, body }: Asked) => [status, body.error.code];

describe('limits', () => {
  it('refuse pictures and requests that are too large, and too many pictures', async () => {
    const large = Buffer.alloc(limits.imageBytes + 1);
    expect(told(await server.form('/v1/detect', { image: large }))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const base64 = large.toString('base64');
    expect(told(await server.json('POST', '/v1/detect', { image: base64 }))).toEqual([
      413,
      'PAYLOAD_TOO_LARGE',
    ]);
    const whole = { image: 'A'.repeat(limits.requestBytes) };
    expect(told(await server.json('POST', '/v1/detect', whole))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const images = [photos.nobody, photos.nobody, photos.nobody];
    expect(told(await server.form('/v1/analyze', { images }))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const inJson = images.map(bytes => bytes.toString('base64'));
    expect(told(await server.json('POST', '/v1/analyze', { images: inJson }))).toEqual([
      413,
      'PAYLOAD_TOO_LARGE',
    ]);
    const two = await server.form('/v1/detect', { image: [photos.nobody, photos.nobody] });
    expect(told(two)).toEqual([400, 'INVALID_REQUEST']);
  });

  it('refuse pictures with too many pixels before they are decoded', async () => {
    // The head of a PNG of 60,000 x 60,000 pixels.
    const bomb = Buffer.concat([
      Buffer.from('89504e470d0a1a0a0000000d494844520000ea600000ea600802000000', 'hex'),
      Buffer.alloc(64),
    ]);
    expect((await server.form('/v1/detect', { image: bomb })).status).toBe(422);
  });

  it('answer 503 with a time to come back when too much waits, and all the rest as ever', async () => {
    const image = photos.adaAgain.toString('base64');
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => server.json('POST', '/v1/detect', { image })),
    );
    const busy = answers.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    for (const { body, headers } of busy) {
      expect(body.error.code).toBe('BUSY');
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    }
    const served = answers.filter(({ status }) => status === 200);
    expect(served.length).toBe(16 - busy.length);
    for (const { body } of served) expect(body).toEqual(served[0]?.body);
  });
});
