import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchAllowed } from './allowed-host.js';

let server: Server;
let host = '';
const limits = { maxBytes: 1000, timeoutMs: 2000 };
const everywhere = { ...limits, isForbidden: () => false };

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/redirect') response.writeHead(302, { location: '/picture' }).end();
    else if (request.url === '/large') response.end(Buffer.alloc(5000));
    else if (request.url === '/slow') response.write('x');
    else response.end('picture');
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  host = `localhost:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('fetchAllowed', () => {
  it('fetches from an allowed host', async () => {
    const bytes = await fetchAllowed(`http://${host}/picture`, [host], everywhere);
    expect(Buffer.from(bytes).toString()).toBe('picture');
  });

  it('refuses hosts that are not allowed, and other ports of those that are', async () => {
    await expect(fetchAllowed(`http://${host}/picture`, [], everywhere)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const other = fetchAllowed('http://localhost:1/picture', [host], everywhere);
    await expect(other).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('refuses an allowed name whose address is inside', async () => {
    const picture = fetchAllowed(`http://${host}/picture`, [host], limits);
    await expect(picture).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each(['http://127.0.0.1/x', 'http://[::1]/x', 'http://0x7f.1/x', 'http://2130706433/x'])(
    'refuses the inside address %s though it is allowed',
    async address => {
      const picture = fetchAllowed(address, ['127.0.0.1', '[::1]', '0x7f.1', '2130706433'], limits);
      await expect(picture).rejects.toMatchObject({ code: 'FORBIDDEN' });
    },
  );

  it.each(['file:///etc/passwd', 'ftp://localhost/x', 'http://user:word@localhost/x', 'nonsense'])(
    'refuses %s',
    async address => {
      await expect(fetchAllowed(address, ['localhost'], everywhere)).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
      });
    },
  );

  it('follows no redirects, and reads no more bytes and no longer than it may', async () => {
    const redirect = fetchAllowed(`http://${host}/redirect`, [host], everywhere);
    await expect(redirect).rejects.toThrow(/redirects/);
    const large = fetchAllowed(`http://${host}/large`, [host], everywhere);
    await expect(large).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    const slow = fetchAllowed(`http://${host}/slow`, [host], { ...everywhere, timeoutMs: 200 });
    await expect(slow).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });
});
