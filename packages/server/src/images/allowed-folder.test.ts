import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { readAllowedFile } from './allowed-folder.js';

const root = temporaryFolder();
const allowed = join(root, 'allowed');
mkdirSync(join(allowed, 'inner'), { recursive: true });
mkdirSync(join(root, 'allowed-not'));
writeFileSync(join(root, 'secret'), 'secret');
writeFileSync(join(root, 'allowed-not', 'secret'), 'secret');
writeFileSync(join(allowed, 'inner', 'photo'), 'photo');
writeFileSync(join(allowed, '..photo'), 'photo');
symlinkSync(join(root, 'secret'), join(allowed, 'link'));
symlinkSync(root, join(allowed, 'up'));

const read = (path: string, folders = [allowed]) => readAllowedFile(path, folders, 100);

describe('readAllowedFile', () => {
  it('reads what is within, by any path that leads there', async () => {
    for (const path of ['inner/photo', join(allowed, 'inner', 'photo'), 'inner/../inner/photo', '..photo'])
      expect(Buffer.from(await read(path)).toString()).toBe('photo');
  });

  it.each([
    ...[
      '../secret',
      'inner/../../secret',
      'link',
      'up/secret',
      '/etc/passwd',
      join(root, 'secret'),
      'missing',
    ],
    ...[join(root, 'allowed-not', 'secret'), 'inner/photo\0', '', '.', 'inner'],
  ])('refuses %j, in the same words', async path => {
    await expect(read(path)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('refuses everything when nothing is allowed, and files that are too large', async () => {
    await expect(read(join(allowed, 'inner', 'photo'), [])).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(readAllowedFile('inner/photo', [allowed], 3)).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
  });
});
