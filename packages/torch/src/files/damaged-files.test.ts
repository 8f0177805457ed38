import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tensor } from '../factories.js';
import { writeZip } from './pth/testing/write-zip.js';
import { readSafetensors, writeSafetensors } from './safetensors.js';
import { readStateDict } from './state-dict.js';
import { StoredTensor } from './stored-tensor.js';
import { damaged, damageRuns } from './testing/damaged.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'damage-'));
});
afterAll(() => rm(folder, { recursive: true }));

const fixture = (name: string) => readFile(fileURLToPath(new URL(`pth/testing/${name}`, import.meta.url)));

/** Reads many damaged copies: each is read, or refused with a code and its name, and none takes long. */
async function survive(name: string, copy: (seed: number) => Uint8Array): Promise<void> {
  const path = join(folder, name);
  let refused = 0;
  for (let seed = 0; seed < damageRuns; seed++) {
    await writeFile(path, copy(seed));
    const start = performance.now();
    try {
      for (const value of (await readStateDict(path)).values()) value.dispose();
    } catch (error) {
      expect(error, `seed ${seed}`).toMatchObject({
        code: 'CHECKPOINT_INVALID',
        message: expect.stringContaining(name),
      });
      refused++;
    }
    expect(performance.now() - start, `seed ${seed}`).toBeLessThan(5000);
  }
  expect(refused).toBeGreaterThan(damageRuns / 4);
}

it.each(['archive.pth', 'legacy.pth', 'network.pth', 'whole-object.pth'])(
  'survives a damaged %s',
  async name => {
    const whole = await fixture(name);
    await survive(name, seed => damaged(whole, seed));
  },
);

it('survives archives whose checksums are right and whose pickle is damaged', async () => {
  const stored = entriesOf(await fixture('archive.pth'));
  expect(stored.size).toBeGreaterThan(10);
  await survive('crafted.pth', seed =>
    writeZip(
      new Map(
        [...stored].map(([name, bytes]) => [name, name.endsWith('.pkl') ? damaged(bytes, seed) : bytes]),
      ),
    ),
  );
});

it('survives damaged safetensors', async () => {
  const path = join(folder, 'whole.safetensors');
  const state = new Map([
    ['a.weight', StoredTensor.of(tensor([1, 2, 3, 4, 5, 6], [2, 3]))],
    ['b', StoredTensor.of(tensor([7], [], { dtype: 'float64' }))],
    ['none', StoredTensor.of(tensor(new Float32Array(0), [0, 4]))],
  ]);
  await writeSafetensors(path, state, new Map([['epoch', '7']]));
  const whole = await readFile(path);
  await survive('damaged.safetensors', seed => damaged(whole, seed));
});

it.each([
  ['a type that is no text', '{"x":{"dtype":{"toString":1},"shape":[1],"data_offsets":[0,4]}}'],
  [
    'a type as deep as the stack',
    `{"x":{"dtype":${'['.repeat(1e5)}${']'.repeat(1e5)},"shape":[1],"data_offsets":[0,4]}}`,
  ],
  [
    'more axes than a tensor has',
    `{"x":{"dtype":"F32","shape":[${Array(1000).fill(1)}],"data_offsets":[0,4]}}`,
  ],
])('refuses safetensors with %s', async (_, json) => {
  const path = join(folder, 'odd.safetensors');
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(json.length));
  await writeFile(path, Buffer.concat([head, Buffer.from(json), Buffer.alloc(4)]));
  await expect(readSafetensors(path)).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
});

/** The entries of an archive that PyTorch wrote, by the directory at its end. */
function entriesOf(archive: Buffer): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  const signature = 'PK\x01\x02';
  for (
    let at = archive.indexOf(signature, 0, 'latin1');
    at >= 0;
    at = archive.indexOf(signature, at + 1, 'latin1')
  ) {
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + archive.readUInt16LE(at + 28));
    entries.set(name, archive.subarray(start, start + archive.readUInt32LE(at + 20)));
  }
  return entries;
}
