import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { fetchDemoPhotos } from 'insightface-ts';
import { expect, it, onTestFinished, vi } from 'vitest';
import { addCluster } from './cluster.js';

interface Output {
  readonly images: number;
  readonly faces: number;
  readonly clusters: readonly {
    id: string;
    name?: string;
    size: number;
    faces: readonly { image: string; bbox: number[] }[];
  }[];
  readonly merges: readonly { id: number }[];
  readonly errors: readonly { image: string; error: { code: string } }[];
}

async function run(...args: string[]): Promise<Output> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    const program = new Command().exitOverride();
    addCluster(program);
    await program.parseAsync(['cluster', ...args, '--json'], { from: 'user' });
    expect(log).toHaveBeenCalledTimes(1);
    return JSON.parse(String(log.mock.calls[0]?.[0])) as Output;
  } finally {
    log.mockRestore();
  }
}

it('finds who is in several photos, goes on where it stopped, and takes corrections', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'insightface-cluster-'));
  onTestFinished(async () => {
    process.exitCode = undefined;
    await rm(folder, { recursive: true, force: true });
  });
  const photos = await fetchDemoPhotos();
  const add = (name: string) => copyFile(photos.find(path => basename(path) === name)!, join(folder, name));
  const state = ['--state', join(folder, 'album.json')];

  await add('sample1.jpg');
  const alone = await run(folder, ...state);
  expect(alone).toMatchObject({ images: 1, errors: [] });
  expect(alone.clusters.every(({ size }) => size === 1)).toBe(true);

  await add('sample3.jpg');
  await writeFile(join(folder, 'broken.jpg'), 'no image');
  const both = await run(folder, ...state);
  expect(process.exitCode).toBe(2);
  expect(both.images).toBe(2);
  expect(both.errors).toMatchObject([{ image: 'broken.jpg', error: { code: 'IMAGE_UNSUPPORTED' } }]);
  const [together, ...others] = both.clusters;
  // One woman is on the right of one photo and in the middle of the other.
  expect(together!.faces.map(({ image }) => image)).toEqual(['sample1.jpg', 'sample3.jpg']);
  expect(together!.faces[0]!.bbox[0]).toBeGreaterThan(1300);
  expect(others.every(({ size }) => size === 1)).toBe(true);

  const undone = await run(folder, ...state, '--undo');
  expect(undone.clusters.every(({ size }) => size === 1)).toBe(true);
  const named = await run(folder, ...state, '--name', together!.id, '李娜');
  expect(named.clusters.find(({ id }) => id === together!.id)?.name).toBe('李娜');
  // Running again neither analyses anew nor joins what was undone.
  expect((await run(folder, ...state)).clusters).toEqual(named.clusters);

  await rm(join(folder, 'sample3.jpg'));
  expect(await run(folder, ...state)).toMatchObject({ images: 1, faces: alone.faces });
  await expect(run(folder, ...state, '--merge', 'p1')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(run(folder, '--undo')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});
