import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tidy } from '../../scope.js';
import { StoredTensor } from '../stored-tensor.js';
import { readPth } from './read-pth.js';
import { integer, pickle, tensorCall, text, tuple } from './testing/write-pickle.js';
import { writeZip } from './testing/write-zip.js';
import { PickleDict, type PickleValue } from './values.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pth-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Files that PyTorch wrote, see testing/make-fixtures.py. */
const fixture = (name: string) => fileURLToPath(new URL(`testing/${name}`, import.meta.url));

async function read(bytes: Uint8Array): Promise<PickleValue> {
  const path = join(folder, 'file.pth');
  await writeFile(path, bytes);
  return readPth(path);
}

function archive(data: Uint8Array, storage = new Uint8Array(0)): Map<string, Uint8Array> {
  return new Map([
    ['root/data.pkl', data],
    ['root/data/0', storage],
  ]);
}

const numbersOf = (value: PickleValue | undefined) => {
  if (!(value instanceof StoredTensor)) throw new Error('no tensor');
  return { shape: value.shape, values: tidy(() => Array.from(value.toTensor().data(), Number)) };
};

const six = [0, 1, 2, 3, 4, 5];
const eighths = six.map(n => n / 8 - 0.5);
const tensorOf = (shape: readonly number[], values: readonly number[]) => ({ shape, values });
const minusThree = tensorOf(
  [2, 3],
  six.map(n => n - 3),
);
const sixEighths = tensorOf([2, 3], eighths);
const quarters = (...places: number[]) => places.map(n => n / 4 - 1);
const expected = new Map<string, ReturnType<typeof tensorOf>>([
  ['float', sixEighths],
  ['half', sixEighths],
  ['bfloat16', sixEighths],
  ['double', sixEighths],
  [
    'long',
    tensorOf(
      [2, 3],
      six.map(n => n - 2 ** 40),
    ),
  ],
  ['int', minusThree],
  ['short', minusThree],
  ['char', minusThree],
  ['byte', tensorOf([2, 3], six)],
  ['bool', tensorOf([2, 3], [1, 0, 1, 0, 1, 0])],
  ['transposed', tensorOf([3, 2], [-0.5, -0.125, -0.375, 0, -0.25, 0.125])],
  [
    'permuted',
    tensorOf(
      [4, 2, 3],
      Array.from({ length: 24 }, (_, i) => Math.floor(i / 6) + 12 * (Math.floor(i / 3) % 2) + 4 * (i % 3)),
    ),
  ],
  ['first', tensorOf([4], quarters(0, 1, 2, 3))],
  ['second', tensorOf([2, 4], quarters(4, 5, 6, 7, 8, 9, 10, 11))],
  ['column', tensorOf([3], quarters(1, 5, 9))],
  ['scalar', tensorOf([], [2.5])],
  ['empty', tensorOf([0, 3], [])],
  ['parameter', tensorOf([2, 3], six)],
]);

describe('readPth', () => {
  it.each(['archive.pth', 'legacy.pth'])(
    'reads every type, view and layout that PyTorch wrote to %s',
    async name => {
      const value = await readPth(fixture(name));
      const state = value instanceof PickleDict ? value.get('state_dict') : undefined;
      if (!(state instanceof PickleDict)) throw new Error('no state dict');
      expect([...state.keys()]).toEqual([...expected.keys()]);
      for (const [key, tensor] of state)
        expect(numbersOf(tensor), String(key)).toEqual(expected.get(String(key)));
      expect((state.get('half') as StoredTensor).dtype).toBe('float16');
    },
  );

  it.each(['archive.pth', 'legacy.pth'])('reads the plain values round the tensors of %s', async name => {
    const value = (await readPth(fixture(name))) as PickleDict;
    const plain = new Map([...value].filter(([key]) => key !== 'state_dict'));
    expect(plain).toEqual(
      new Map<string, unknown>([
        ['epoch', 3],
        ['big', 2n ** 62n + 1n],
        ['rate', 0.1],
        ['best', null],
        ['done', true],
        ['names', ['a', ['b', -70000]]],
        ['size', [2, 3]],
      ]),
    );
  });

  it('reads the 64-bit records of archives above 4 GB', async () => {
    const storage = new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer);
    const data = pickle(tensorCall({ length: 4, shape: [2, 2], strides: [2, 1] }));
    const zip = writeZip(archive(data, storage), { zip64: true });
    expect(numbersOf(await read(zip))).toEqual({ shape: [2, 2], values: [1, 2, 3, 4] });
  });

  it('runs no code, and says what to do', async () => {
    const trace = join(folder, 'trace');
    const call = pickle('cposix\nsystem\n', tuple(text(`touch ${trace}`)), 'R');
    for (const bytes of [call, writeZip(archive(call))])
      await expect(read(bytes)).rejects.toMatchObject({
        code: 'CHECKPOINT_INVALID',
        message: expect.stringMatching(/file\.pth.*posix\.system.*nothing was run/s),
      });
    await expect(readPth(fixture('whole-object.pth'))).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
      message: expect.stringContaining('state_dict()'),
    });
    expect(existsSync(trace)).toBe(false);
  });

  it('refuses names by every way to them', async () => {
    const stackGlobal = pickle(text('os'), text('system'), Buffer.from([0x93]));
    const newObject = pickle('ccollections\nOrderedDict\n', ')', Buffer.from([0x81]));
    const instance = pickle('(ios\nsystem\n');
    for (const bytes of [stackGlobal, newObject, instance])
      await expect(read(bytes)).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
  });

  it('refuses pickles that unfold without end or are nested without end', async () => {
    const item = Buffer.from('K\x01K\x02\x86');
    const items = Buffer.concat([
      Buffer.from('('),
      ...Array.from({ length: 1000 }, () => item),
      Buffer.from('lq\0'),
    ]);
    const copies = Array.from({ length: 1000 }, () => 'ccollections\nOrderedDict\nh\0\x85R');
    const deep = Buffer.concat([Buffer.alloc(100_000, 'K\x01'), Buffer.alloc(100_000, Buffer.from([0x85]))]);
    const deepName = Buffer.concat([text('os'), deep, Buffer.from([0x93])]);
    for (const parts of [[items, ...copies], [deepName]])
      await expect(read(pickle(...parts))).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
  });

  it.each(['archive.pth', 'legacy.pth'])('refuses %s cut short anywhere', async name => {
    const whole = await readFile(fixture(name));
    for (let length = 0; length < whole.length; length += 97)
      await expect(read(whole.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({
        code: 'CHECKPOINT_INVALID',
      });
  });

  it('never crashes or reads nonsense silently when bytes of an archive are changed', async () => {
    const whole = await readFile(fixture('network.pth'));
    for (let place = 0; place < whole.length; place += 53) {
      const changed = Buffer.from(whole);
      changed[place]! ^= 0x55;
      await read(changed).catch(error => expect(error).toMatchObject({ code: 'CHECKPOINT_INVALID' }));
    }
  });

  const storage = new Uint8Array(16);
  it.each<[string, Uint8Array]>([
    ['reaches beyond its storage', tensorCall({ length: 4, offset: 2, shape: [3], strides: [1] })],
    ['claims more by stride 0', tensorCall({ length: 4, shape: [2 ** 40], strides: [0] })],
    ['has a negative size', tensorCall({ length: 4, shape: [-1], strides: [1] })],
    ['has a storage longer than its file', tensorCall({ length: 2 ** 40, shape: [4], strides: [1] })],
    ['has strides of another rank', tensorCall({ length: 4, shape: [2, 2], strides: [1] })],
    [
      'is there a hundred times',
      Buffer.concat([
        Buffer.from('('),
        ...Array.from({ length: 100 }, () => tensorCall({ length: 4, shape: [4], strides: [1] })),
        Buffer.from('t'),
      ]),
    ],
  ])('refuses a tensor that %s', async (_, call) => {
    await expect(read(writeZip(archive(pickle(call), storage)))).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
    });
  });

  it('refuses wrong checksums, compressed entries and other archives', async () => {
    const data = pickle(tensorCall({ length: 4, shape: [4], strides: [1] }));
    const damaged = [
      writeZip(archive(data, storage), { checksum: 7 }),
      writeZip(archive(data, storage), { method: 8 }),
      writeZip(new Map([['other.txt', storage]])),
      writeZip(new Map([['root/data.pkl', data]])),
      pickle(integer(5)),
      new Uint8Array(100),
    ];
    for (const bytes of damaged)
      await expect(read(bytes)).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
  });

  it('names a file that is not there', async () => {
    await expect(readPth(join(folder, 'none.pth'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining('none.pth'),
    });
  });
});
