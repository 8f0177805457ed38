import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listImages, readDetectionTruth, readPairs, readPeople, readVerificationBin } from './datasets.js';

let folder = '';
const code = (value: string) => expect.objectContaining({ code: value });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'insightface-evaluation-'));
  const files = {
    'set/Ada/Ada_0001.jpg': '',
    'set/Ada/Ada_0002.PNG': '',
    'set/Bob/Bob_0001.jpg': '',
    'set/notes.txt': '',
    'empty/notes.txt': '',
    'pairs.txt': '1 1\nAda 1 2\nAda 1 Bob 1\n',
    'pairs.csv': 'Ada/Ada_0001.jpg,Bob/Bob_0001.jpg,0\n',
    'absent.txt': '1 1\nAda 1 2\nAda 1 Bob 2\n',
    'outside.csv': '../pairs.txt,Bob/Bob_0001.jpg,0\n',
    'truth.txt': 'a.jpg 1 2 3 4\n',
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
});
afterAll(() => rm(folder, { recursive: true }));

test('LFW pairs find their images whatever the ending', async () => {
  const { pairs, images } = await readPairs(join(folder, 'set'), join(folder, 'pairs.txt'));
  expect(pairs).toHaveLength(2);
  expect(Object.fromEntries(images)).toEqual({
    'Ada/Ada_0001': join(folder, 'set/Ada/Ada_0001.jpg'),
    'Ada/Ada_0002': join(folder, 'set/Ada/Ada_0002.PNG'),
    'Bob/Bob_0001': join(folder, 'set/Bob/Bob_0001.jpg'),
  });
  const csv = await readPairs(join(folder, 'set'), join(folder, 'pairs.csv'));
  expect([...csv.images.keys()]).toEqual(['Ada/Ada_0001.jpg', 'Bob/Bob_0001.jpg']);
});

test('an image that is not in the folder, or lies outside it, is named', async () => {
  await expect(readPairs(join(folder, 'set'), join(folder, 'absent.txt'))).rejects.toThrow(/Bob\/Bob_0002/);
  await expect(readPairs(join(folder, 'set'), join(folder, 'outside.csv'))).rejects.toEqual(
    code('FILE_NOT_FOUND'),
  );
  await expect(readPairs(join(folder, 'nowhere'), join(folder, 'pairs.txt'))).rejects.toEqual(
    code('FILE_NOT_FOUND'),
  );
  await expect(readPairs(join(folder, 'set'), join(folder, 'nowhere'))).rejects.toEqual(
    code('FILE_NOT_FOUND'),
  );
});

test('a folder for each person', async () => {
  const { items, images } = await readPeople(join(folder, 'set'));
  expect(items.map(item => item.person)).toEqual(['Ada', 'Ada', 'Bob']);
  expect(images.get('Bob/Bob_0001.jpg')).toBe(join(folder, 'set/Bob/Bob_0001.jpg'));
  await expect(readPeople(join(folder, 'empty'))).rejects.toEqual(code('DATASET_INVALID'));
});

test('pipes and devices are passed over, links that lead back are not followed', async () => {
  const odd = join(folder, 'odd');
  await mkdir(join(odd, 'Ada'), { recursive: true });
  await writeFile(join(odd, 'Ada', 'a\n陳.jpg'), '');
  spawnSync('mkfifo', [join(odd, 'Ada', 'pipe.jpg')]);
  await symlink('/dev/zero', join(odd, 'Ada', 'endless.jpg'));
  await symlink('nowhere', join(odd, 'Ada', 'gone.jpg'));
  await symlink('..', join(odd, 'Ada', 'up'));
  await symlink('itself', join(odd, 'itself'));
  expect(await listImages(odd)).toEqual(['Ada/a\n陳.jpg', 'Ada/gone.jpg']);
});

test('truth and verification files', async () => {
  expect(await readDetectionTruth(join(folder, 'truth.txt'))).toHaveLength(1);
  await expect(readVerificationBin(join(folder, 'truth.txt'))).rejects.toMatchObject({
    code: 'DATASET_INVALID',
    message: expect.stringContaining(join(folder, 'truth.txt')),
  });
  await expect(readVerificationBin(join(folder, 'nowhere'))).rejects.toEqual(code('FILE_NOT_FOUND'));
});
