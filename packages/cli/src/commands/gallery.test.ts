import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGallery } from '@insightface-ts/gallery';
import { Command } from 'commander';
import { expect, it, onTestFinished, vi } from 'vitest';
import { addGallery } from './gallery.js';

/** What the command prints, line by line. */
async function run(...args: string[]): Promise<string[]> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    const program = new Command().exitOverride();
    addGallery(program);
    await program.parseAsync(['gallery', ...args], { from: 'user' });
    return log.mock.calls.map(([line]) => String(line));
  } finally {
    log.mockRestore();
  }
}

const json = async (...args: string[]) => JSON.parse((await run(...args, '--json'))[0] ?? '') as object;

it('counts, checks, moves, encrypts, merges and compacts a gallery', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'insightface-command-'));
  onTestFinished(async () => {
    process.exitCode = undefined;
    await rm(folder, { recursive: true, force: true });
  });
  const path = (name: string) => join(folder, name);
  const model = { name: 'example', dimension: 4, fingerprint: 'example-1' };
  const gallery = await openGallery(path('people'), { model });
  await gallery.enroll('Ada', Float32Array.of(1, 0, 0, 0), { tags: ['staff'] });
  await gallery.enroll('Ben', [Float32Array.of(0, 1, 0, 0), Float32Array.of(0, 0, 1, 0)]);
  await gallery.close();

  const at = ['--gallery', path('people')];
  expect(await json('stats', ...at)).toMatchObject({ people: 2, templates: 3, model, encrypted: false });
  expect(await json('verify', ...at)).toEqual({ ok: true, people: 2, templates: 3 });
  await writeFile(path('keys'), `${Buffer.alloc(32, 1).toString('base64')}\n`);
  const sealed = ['--gallery', path('sealed'), '--key-file', path('keys')];
  const move = ['migrate', '--from', path('people'), '--to', path('sealed'), '--to-key-file', path('keys')];
  expect(await json(...move)).toMatchObject({ people: 2, templates: 3, rounded: 0 });
  await expect(run(...move)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(await json(...move, '--resume')).toMatchObject({ people: 2, templates: 3 });
  await expect(run('list', '--gallery', path('sealed'))).rejects.toMatchObject({ code: 'KEY_INVALID' });
  const keys = await readFile(path('keys'), 'utf8');
  await writeFile(path('keys'), `${Buffer.alloc(32, 2).toString('base64')}\n${keys}`);
  expect(await run('rotate-keys', ...sealed)).toEqual(['the keys of 2 people were wrapped anew']);
  await writeFile(path('keys'), `${Buffer.alloc(32, 2).toString('base64')}\n`);
  expect(await json('stats', ...sealed)).toMatchObject({ people: 2, encrypted: true });
  await run('merge', 'Ada', 'Ben', ...sealed);
  const [person] = await run('list', ...sealed, '--json');
  expect(JSON.parse(person ?? '')).toMatchObject({ name: 'Ben', templates: 3, tags: ['staff'] });
  expect(await json('compact', ...sealed)).toEqual({ people: 1, templates: 3 });
  await expect(run('rotate-keys', ...at)).rejects.toMatchObject({ code: 'KEY_INVALID' });
  await expect(run('stats', '--gallery', path('none'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });

  expect(process.exitCode).toBeUndefined();
  const file = join(path('people'), 'data.mdb');
  const bytes = await readFile(file);
  bytes.fill(7, 0, 8192);
  await writeFile(file, bytes);
  expect(await json('verify', ...at)).toMatchObject({ ok: false, error: { code: 'GALLERY_INVALID' } });
  expect(process.exitCode).toBe(3);
});
