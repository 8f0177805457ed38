import { spawnSync } from 'node:child_process';
import { access, mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryHome } from '../testing/temporary-home.js';
import { withLock } from './lock.js';

let home: Awaited<ReturnType<typeof temporaryHome>>;
let path: string;

beforeEach(async () => {
  home = await temporaryHome();
  path = join(home.path, 'folder', 'x.lock');
});
afterEach(() => home.restore());

test('one at a time, and nothing is left', async () => {
  let inside = 0;
  let most = 0;
  const work = () =>
    withLock(path, async () => {
      most = Math.max(most, ++inside);
      await sleep(20);
      inside--;
    });
  await Promise.all([work(), work(), work(), work()]);
  expect(most).toBe(1);
  expect(await readdir(join(home.path, 'folder'))).toEqual([]);
});

test('the lock goes when the work fails', async () => {
  await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(access(path)).rejects.toThrow();
});

test('a process that died does not hold it, and its successors do not run together', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '0']);
  await mkdir(join(home.path, 'folder'));
  await writeFile(path, JSON.stringify({ pid, host: hostname() }));
  let inside = 0;
  let most = 0;
  const work = () =>
    withLock(path, async () => {
      most = Math.max(most, ++inside);
      await sleep(20);
      inside--;
    });
  await Promise.all([work(), work(), work()]);
  expect(most).toBe(1);
});

test('a process on another machine keeps it as long as it renews it', async () => {
  await mkdir(join(home.path, 'folder'));
  await writeFile(path, JSON.stringify({ pid: 1, host: 'elsewhere' }));
  const signal = AbortSignal.timeout(300);
  await expect(withLock(path, async () => 1, { signal })).rejects.toMatchObject({ code: 'ABORTED' });
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(path, longAgo, longAgo);
  expect(await withLock(path, async () => 1)).toBe(1);
});

test('a folder that cannot be written is WRITE_FAILED', async () => {
  await writeFile(join(home.path, 'file'), '');
  await expect(withLock(join(home.path, 'file', 'x.lock'), async () => 1)).rejects.toMatchObject({
    code: 'WRITE_FAILED',
  });
});
