// Requests that no client sends: whatever comes, the answer is a coded error, never a crash, and tells nothing of the
// inside. Seeded, so that a fault comes again.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './testing/temporary-folder.js';
import { TestServer } from './testing/test-server.js';

const requests = 3000;
let server: TestServer;
let keys: string[] = [];

beforeAll(async () => {
  server = await TestServer.start({
    data: temporaryFolder(),
    limits: { requestBytes: 200_000, pixels: 1_000_000 },
  });
  keys = [server.adminKey, await server.key(['search']), 'ifk_none', ''];
}, 120_000);

afterAll(() => server.close());

/** mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const next = random(7);
const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T;

const hostileTexts = [
  ...['', '\0', '../../etc/passwd', '..%2f..%2fetc%2fpasswd', '__proto__', 'constructor', 'a'.repeat(5000)],
  ...["'; DROP TABLE people; --", '<script>alert(1)</script>', '\u202e', '𝕬', '%00', '-1', '1e999', 'NaN'],
  ...['data:image/png;base64,AAAA', 'data:,', 'http://169.254.169.254/', 'file:///etc/passwd', '{"a":1}'],
];

function hostileValue(depth = 0): unknown {
  const kinds = [
    () => pick(hostileTexts),
    () => pick([0, -1, 1e308, -0, 2 ** 53, 0.5, 4096]),
    () => pick([true, false, null]),
    () => Array.from({ length: pick([0, 1, 50]) }, () => (depth < 3 ? hostileValue(depth + 1) : 0)),
    () =>
      Object.fromEntries(
        ['path', 'url', 'person', 'x'].map(name => [name, depth < 3 ? hostileValue(depth + 1) : 0]),
      ),
    () => JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`),
  ];
  return pick(kinds)();
}

const fieldNames = [
  ...[
    'image',
    'images',
    'source',
    'target',
    'person',
    'name',
    'tags',
    'metadata',
    'from',
    'kind',
    'path',
    'options',
  ],
  ...[
    'far',
    'threshold',
    'liveness',
    'roles',
    'tenant',
    'expiresAt',
    'quotaPerDay',
    'id',
    'limit',
    '__proto__',
  ],
];

/** A PNG head that claims 60,000 x 60,000 pixels. */
const bomb = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d494844520000ea600000ea600802000000', 'hex'),
  Buffer.alloc(64),
]);

function payload(): { body: string | Buffer; type: string } {
  const json = () => ({
    body: JSON.stringify(
      Object.fromEntries(Array.from({ length: 4 }, () => [pick(fieldNames), hostileValue()])),
    ),
    type: 'application/json',
  });
  const form = (content: Buffer, end: string) => ({
    body: Buffer.concat([
      Buffer.from(
        `--b\r\ncontent-disposition: form-data; name="${pick(fieldNames)}"; filename="${pick(hostileTexts)}"\r\n\r\n`,
      ),
      content,
      Buffer.from(end),
    ]),
    type: 'multipart/form-data; boundary=b',
  });
  return pick([
    json,
    json,
    () => form(bomb, '\r\n--b--\r\n'),
    () => form(Buffer.from(pick(hostileTexts)), '\r\n--b--\r\n'),
    () => form(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), pick(['', '\r\n--b', '\r\n--c--'])),
    () => ({
      body: pick(['{', '[1,2', '"', 'null', '\ufeff{}', '{"a":1}'.repeat(50)]),
      type: 'application/json',
    }),
    () => ({
      body: 'x',
      type: pick(['multipart/form-data', 'text/plain', 'application/xml', 'a/b; boundary=', '']),
    }),
    () => ({ body: 'A'.repeat(300_000), type: 'application/json' }),
  ])();
}

describe('requests that no client sends', () => {
  it(`are refused in order, ${requests} of them`, async () => {
    const routes = server.app.routeTable.filter(({ url }) => !url.includes('reload'));
    const faults: string[] = [];
    for (let count = 0; count < requests; count++) {
      const { method, url } = pick(routes);
      const path = url.replaceAll(/:\w+|\*/g, () => encodeURIComponent(pick(hostileTexts)));
      const query = pick([
        '',
        '',
        `?${pick(fieldNames)}=${encodeURIComponent(pick(hostileTexts))}`,
        '?limit=-1&after=%00',
      ]);
      const { body, type } = payload();
      const hasBody = !['GET', 'HEAD', 'DELETE'].includes(method);
      const answer = await server.ask(method, path + query, pick(keys), hasBody ? body : undefined, type);
      const text = Buffer.from(answer.bytes).toString();
      if (answer.status >= 500)
        faults.push(
          `${method} ${path}${query} ${answer.status}: ${server.log.findLast(line => line.includes('request failed'))}`,
        );
      // Stack traces and places of files are for the log.
      if (/node_modules|\.[jt]s:\d+|\/(tmp|home|root|work|usr)\//.test(text))
        faults.push(`${method} ${path}: ${text}`);
    }
    expect(faults).toEqual([]);
    expect((await server.json('GET', '/v1/ready')).status).toBe(200);
  }, 120_000);
});
