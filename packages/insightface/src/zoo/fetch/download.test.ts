import { createHash, randomBytes } from 'node:crypto';
import { readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FileServer, sendFile, startFileServer } from '../testing/file-server.js';
import { temporaryHome } from '../testing/temporary-home.js';
import { type DownloadOptions, download } from './download.js';
import { urlRequest } from './request.js';

const body = randomBytes(300_000);
const integrity = `sha512-${createHash('sha512').update(body).digest('base64')}`;
let server: FileServer;
let home: Awaited<ReturnType<typeof temporaryHome>>;
let path: string;

beforeEach(async () => {
  [server, home] = await Promise.all([startFileServer(), temporaryHome()]);
  path = join(home.path, 'folder', 'file.part');
  server.files.set('/file', body);
});
afterEach(async () => {
  await Promise.all([server.close(), home.restore()]);
});

function fetchFile(options: Partial<DownloadOptions> = {}): Promise<void> {
  return download(urlRequest(`${server.url}/file`), path, {
    name: 'the file',
    signal: new AbortController().signal,
    limit: 1e6,
    ...options,
  });
}

test('brings the file and reports how far it is', async () => {
  const progress: [number, number | undefined][] = [];
  await fetchFile({ integrity, onProgress: (received, total) => progress.push([received, total]) });
  expect((await readFile(path)).equals(body)).toBe(true);
  expect(progress.at(-1)).toEqual([300_000, 300_000]);
});

test('a broken connection is resumed where it stopped', async () => {
  let breaks = 2;
  server.intercept = (request, response) => {
    if (breaks-- <= 0) return false;
    sendFile(request, response, body, 100_000);
    return true;
  };
  await fetchFile({ integrity });
  expect((await readFile(path)).equals(body)).toBe(true);
  const [first, second, third] = server.requests.map(({ range }) => range);
  expect(first).toBeUndefined();
  expect([second, third].every(range => range?.startsWith('bytes='))).toBe(true);
  expect(server.requests).toHaveLength(3);
});

test('a download of an earlier process is continued', async () => {
  server.intercept = (request, response) => {
    sendFile(request, response, body, 100_000);
    return true;
  };
  const abort = new AbortController();
  await expect(
    fetchFile({ signal: abort.signal, onProgress: () => abort.abort(new Error('stop')) }),
  ).rejects.toThrow();
  const kept = (await stat(path)).size;
  expect(kept).toBeGreaterThan(0);
  server.intercept = () => false;
  await fetchFile();
  expect(server.requests.at(-1)?.range).toBe(`bytes=${kept}-`);
  expect((await readFile(path)).equals(body)).toBe(true);
});

test('a file that changed in between is fetched from its beginning', async () => {
  let first = true;
  server.intercept = (request, response) => {
    if (!first) return false;
    first = false;
    sendFile(request, response, randomBytes(300_000), 100_000);
    return true;
  };
  await fetchFile();
  expect((await readFile(path)).equals(body)).toBe(true);
});

test('a download that was whole already is not fetched again', async () => {
  await fetchFile();
  await fetchFile();
  expect(server.requests.map(({ range }) => range)).toEqual([undefined, `bytes=${body.length}-`]);
  expect((await readFile(path)).equals(body)).toBe(true);
  await fetchFile({ integrity });
  expect(server.requests).toHaveLength(2);
});

test('a beginning that does not belong to the file is thrown away', async () => {
  await fetchFile();
  await writeFile(path, randomBytes(50_000));
  await fetchFile({ integrity });
  expect((await readFile(path)).equals(body)).toBe(true);
});

test('a rest without a way to check it is not asked for', async () => {
  await fetchFile();
  await writeFile(path, randomBytes(50_000));
  await writeFile(`${path}.validator`, '"other"');
  await fetchFile();
  expect((await readFile(path)).equals(body)).toBe(true);
});

describe('fails with a code', () => {
  test.each([404, 403, 410])('status %i is not tried again', async status => {
    server.intercept = (_, response) => {
      response.writeHead(status).end('no');
      return true;
    };
    await expect(fetchFile()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    expect(server.requests).toHaveLength(1);
  });

  test('status 503 is tried again', async () => {
    let busy = 2;
    server.intercept = (_, response) => {
      if (busy-- <= 0) return false;
      response.writeHead(503).end();
      return true;
    };
    await fetchFile();
    expect(server.requests).toHaveLength(3);
  });

  test('another checksum than promised: nothing is kept', async () => {
    const wrong = `sha512-${createHash('sha512').update('other').digest('base64')}`;
    await expect(fetchFile({ integrity: wrong })).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    await expect(stat(path)).rejects.toThrow();
  });

  test('more bytes than the limit', async () => {
    await expect(fetchFile({ limit: 1000 })).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });

  test('a server that never stops sending without a length', async () => {
    server.intercept = (_, response) => {
      const more = () => {
        if (!response.destroyed) response.write(body, more);
      };
      more();
      return true;
    };
    await expect(fetchFile()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });

  test('a full disk', async () => {
    await fetchFile();
    await symlink('/dev/full', join(home.path, 'full'));
    path = join(home.path, 'full');
    await expect(fetchFile()).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: expect.stringContaining('disk is full'),
    });
  });

  test('a redirect out of encryption', async () => {
    server.intercept = (request, response) => {
      if (request.url !== '/file') return false;
      response.writeHead(302, { location: 'http://192.0.2.1/file' }).end();
      return true;
    };
    await expect(fetchFile()).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('not encrypted'),
    });
  });

  test('redirects without end', async () => {
    server.intercept = (_, response) => {
      response.writeHead(302, { location: '/file' }).end();
      return true;
    };
    await expect(fetchFile()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });
});

test('redirects on this machine are followed', async () => {
  server.files.set('/moved', body);
  server.intercept = (request, response) => {
    if (request.url !== '/file') return false;
    response.writeHead(302, { location: '/moved' }).end();
    return true;
  };
  await fetchFile({ integrity });
  expect((await readFile(path)).equals(body)).toBe(true);
});
