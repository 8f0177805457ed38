import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { expandInputs } from './inputs.js';

it('lists each image of a folder once, also where links go in a circle', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'insightface-inputs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'sub', 'sub[1]'), { recursive: true });
  await mkdir(join(folder, 'empty'));
  for (const name of ['b.JPG', 'a.png', '.hidden.jpg', 'notes.txt', 'sub/c.webp', 'sub/sub[1]/d.tif'])
    await writeFile(join(folder, name), '');
  await symlink('.', join(folder, 'self'));
  await symlink('..', join(folder, 'sub', 'up'));
  await symlink('nowhere.jpg', join(folder, 'dangling.jpg'));
  const expected = ['a.png', 'b.JPG', 'sub/c.webp', 'sub/sub[1]/d.tif'].map(name => join(folder, name));
  expect(await expandInputs([folder])).toEqual(expected);
  expect(await expandInputs([join(folder, 'sub/*.webp'), join(folder, 'absent.jpg')])).toEqual([
    join(folder, 'sub/c.webp'),
    join(folder, 'absent.jpg'),
  ]);
  for (const nothing of [join(folder, 'empty'), join(folder, 'no*.jpg')])
    await expect(expandInputs([nothing])).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});
