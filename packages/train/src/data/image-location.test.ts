import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LocationReader } from './image-location.js';
import { temporaryFolder } from './testing/temporary-folder.js';

const folder = temporaryFolder();

/** Files of the folder that this process has open, where the system tells (Linux). */
function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').filter(number => {
      try {
        return readlinkSync(`/proc/self/fd/${number}`).startsWith(folder);
      } catch {
        return false;
      }
    }).length;
  } catch {
    return 0;
  }
}

it('reads from any number of files, at once and in turn, and keeps few open', async () => {
  const files = Array.from({ length: 300 }, (_, i) => join(folder, String(i)));
  for (const [i, file] of files.entries()) writeFileSync(file, Buffer.alloc(20, i % 256));
  const reader = new LocationReader();
  const read = async (i: number) =>
    expect([...(await reader.read({ path: files[i]!, offset: 4, length: 2 }))]).toEqual([i % 256, i % 256]);
  await Promise.all([...files.keys()].map(read));
  for (const i of [0, 299, 150, 0]) await read(i);
  expect(openFiles()).toBeLessThanOrEqual(64);
  await reader.close();
  expect(openFiles()).toBe(0);
});

it('says why a file cannot be read', async () => {
  const reader = new LocationReader();
  for (const [path, reason] of [
    [join(folder, 'none'), 'ENOENT'],
    [folder, 'EISDIR'],
  ] as const)
    await expect(reader.read({ path, offset: 0, length: 2 })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining(reason),
    });
  await reader.close();
});
