// The console's files: the page for every view, hashed files for ever, and nothing beyond the folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { TestServer } from '../testing/test-server.js';

const folder = temporaryFolder();
const built = join(folder, 'dist');
let server: TestServer;

beforeAll(async () => {
  mkdirSync(join(built, 'assets'), { recursive: true });
  writeFileSync(join(built, 'index.html'), '<title>Console</title>');
  writeFileSync(join(built, 'assets', 'index-1a2b3c.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  server = await TestServer.start({ data: join(folder, 'data'), console: built });
}, 120_000);

afterAll(() => server.close());

const get = (url: string) => server.ask('GET', url, null);

describe('the console', () => {
  it('is served at / and at its views, asked for anew each time, isolated and with a policy', async () => {
    for (const url of ['/', '/people', '/people/some-id']) {
      const { status, body, headers } = await get(url);
      expect([status, body]).toEqual([200, '<title>Console</title>']);
      expect(headers).toMatchObject({
        'cache-control': 'no-cache',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      });
      expect(headers['content-security-policy']).toMatch(
        /script-src 'self' 'wasm-unsafe-eval'; .*frame-ancestors 'none'/,
      );
    }
  });

  it('keeps files with a hash in their names', async () => {
    const { status, headers } = await get('/assets/index-1a2b3c.js');
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/javascript/);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it('has nothing else', async () => {
    for (const url of [
      ...[
        '/missing.js',
        '/../secret.txt',
        '/..%2fsecret.txt',
        '/%2e%2e/secret.txt',
        '/assets/..%2f..%2fsecret.txt',
      ],
      ...['/v1/none', '/api/v1/none'],
    ]) {
      const { status, body } = await get(url);
      expect([url, [400, 403, 404].includes(status)]).toEqual([url, true]);
      expect(JSON.stringify(body)).not.toContain('secret"');
    }
    expect((await server.ask('POST', '/people', server.adminKey)).status).toBe(404);
  });
});
