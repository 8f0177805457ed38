import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { makeFolder, writeOutput } from './output-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'insightface-output-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

it('replaces a file whole, follows a link, and leaves nothing beside it', async () => {
  const [file, link] = [join(folder, 'a'), join(folder, 'link')];
  await writeFile(file, 'old');
  await symlink(file, link);
  await writeOutput(link, 'new');
  expect(await readFile(file, 'utf8')).toBe('new');
  expect((await readdir(folder)).sort()).toEqual(['a', 'link']);
  await writeOutput(join(folder, 'secret'), 'x', { secret: true });
  expect((await stat(join(folder, 'secret'))).mode & 0o077).toBe(0);
});

it('never takes the place of what is no file', async () => {
  const device = '/dev/null';
  await writeOutput(device, 'x');
  expect((await stat(device)).isCharacterDevice()).toBe(true);
  await mkdir(join(folder, 'dir'));
  await expect(writeOutput(join(folder, 'dir'), 'x')).rejects.toMatchObject({ code: 'WRITE_FAILED' });
});

it('says what is wrong with a place that takes no file', async () => {
  await writeFile(join(folder, 'file'), '');
  for (const path of [join(folder, 'absent', 'x'), join(folder, 'file', 'x')])
    await expect(writeOutput(path, 'x')).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
});
