import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualSeed } from '../engine.js';
import { randn, tensor } from '../factories.js';
import { BatchNorm1d, Linear, Sequential } from '../nn/index.js';
import type { DType } from '../tensor.js';
import { readSafetensors } from './safetensors.js';
import { loadStateDictFile, readStateDict, saveStateDict } from './state-dict.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'state-'));
});
afterAll(() => rm(folder, { recursive: true }));

const fixture = (name: string) => fileURLToPath(new URL(`pth/testing/${name}`, import.meta.url));
const header = (json: string, data = 0) => {
  const bytes = Buffer.alloc(8 + json.length + data);
  bytes.writeBigUInt64LE(BigInt(json.length));
  bytes.write(json, 8);
  return bytes;
};

describe('saveStateDict and readStateDict', () => {
  it('give back every type bit for bit, in order, with the metadata', async () => {
    const path = join(folder, 'all.safetensors');
    const types: DType[] = [
      'float32',
      'float64',
      'float16',
      'bfloat16',
      'int64',
      'int32',
      'int16',
      'int8',
      'uint8',
      'bool',
    ];
    manualSeed(3);
    const state = new Map(types.map(dtype => [`z.${dtype}`, randn([3, 5]).to({ dtype })]));
    state.set('a.scalar', tensor([2.5], []));
    state.set('a.empty', tensor(new Float32Array(0), [0, 4]));
    await saveStateDict(path, state, new Map([['epoch', '7']]));
    const back = await readStateDict(path);
    expect([...back.keys()]).toEqual([...state.keys()]);
    for (const [name, value] of state) {
      const read = back.get(name)!;
      expect([read.dtype, read.shape, read.bytes()], name).toEqual([value.dtype, value.shape, value.bytes()]);
    }
    expect((await readSafetensors(path)).metadata).toEqual(new Map([['epoch', '7']]));
    // The format wants tensors at multiples of 8 bytes from the file's start.
    const length = Number((await readFile(path)).readBigUInt64LE());
    expect(length % 8).toBe(0);
    for (const value of [...state.values(), ...back.values()]) value.dispose();
  });

  it('leave nothing half written', async () => {
    const path = join(folder, 'folder', 'is', 'file');
    await writeFile(join(folder, 'folder'), '');
    const value = tensor([1]);
    await expect(saveStateDict(path, new Map([['x', value]]))).rejects.toMatchObject({
      code: 'WRITE_FAILED',
    });
    value.dispose();
    expect((await readdir(folder)).filter(name => name.endsWith('.tmp'))).toEqual([]);
  });

  it('load what DataParallel saved, and find a state dict within a checkpoint', async () => {
    const network = new Sequential(new Linear(2, 3), new BatchNorm1d(3));
    await loadStateDictFile(network, fixture('network.pth'));
    const values = Array.from(network.stateDict().get('0.weight')!.data(), Number);
    expect(values).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25]);
    network.dispose();
    for (const key of [undefined, 'state_dict']) {
      const state = await readStateDict(fixture('legacy.pth'), key ? { key } : {});
      expect(state.get('long')?.dtype).toBe('int64');
      for (const value of state.values()) value.dispose();
    }
    await expect(readStateDict(fixture('legacy.pth'), { key: 'model' })).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
      message: expect.stringContaining('epoch'),
    });
  });
});

describe('readSafetensors', () => {
  const entry = (offsets: string, shape = '[1]') =>
    `{"x":{"dtype":"F32","shape":${shape},"data_offsets":${offsets}}}`;
  const two =
    '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  it.each<[string, Buffer]>([
    ['an empty file', Buffer.alloc(0)],
    ['a table longer than the file', header('{}').fill(0xff, 1, 3)],
    ['a table of terabytes', header('{}').fill(0xff, 0, 7)],
    ['broken JSON', header('{"x":')],
    ['a list for a table', header('[]')],
    ['a tensor beyond the end', header(entry('[0,4]'), 3)],
    ['a shape that needs other bytes', header(entry('[0,4]', '[2]'), 4)],
    ['a negative size', header(entry('[0,4]', '[-1]'), 4)],
    ['an offset that goes backwards', header(entry('[4,0]'), 4)],
    ['an unknown type', header('{"x":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}', 4)],
    ['two tensors in one place', header(two, 4)],
    ['bytes of no tensor', header(entry('[0,4]'), 8)],
  ])('refuses %s', async (_, bytes) => {
    const path = join(folder, 'bad.safetensors');
    await writeFile(path, bytes);
    await expect(readStateDict(path)).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
      message: expect.stringContaining('bad.safetensors'),
    });
  });
});
