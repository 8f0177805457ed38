import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openGallery } from '@insightface-ts/gallery';
import { expect, it, onTestFinished } from 'vitest';
import { durabilityModel, embeddingsOf } from './durability-people.js';
import { killWriters } from './durability-rounds.js';

/** The command that runs a script of the build in a new process. */
function builtScript(name: string): [string, ...string[]] {
  return [process.execPath, fileURLToPath(new URL(`dist/${name}.js`, import.meta.url))];
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'insightface-durability-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'people');
}

it('a gallery keeps all that was acknowledged, and nothing half, through kill -9 of two writers', async () => {
  const folder = await temporaryFolder();
  const seeds = [0.02, 0.9, 0.4, 0.1, 0.7, 0.3];
  const random = () => seeds.shift() ?? 0.5;
  const result = await killWriters(folder, 3, builtScript('durability-child'), random);
  expect(result).toMatchObject({ kills: 6, lost: [], half: [], stuck: 0 });
  expect(result.enrolled).toBeGreaterThan(6);
});

it('a gallery on a full disk says so, keeps what it had and nothing half', async () => {
  const folder = await temporaryFolder();
  // A limit on the size of files stands in for the full disk: the same writes fail.
  const command = [...builtScript('disk-full-child'), folder];
  const output = execFileSync('bash', ['-c', 'ulimit -f 3000; exec "$@"', 'bash', ...command], {
    encoding: 'utf8',
  });
  const { acknowledged, code, after, found, reopened } = JSON.parse(output) as Record<string, unknown>;
  expect(code).toBe('WRITE_FAILED');
  expect(acknowledged).toBeGreaterThan(100);
  expect(after).toMatchObject({ people: acknowledged });
  expect(reopened).toEqual(after);
  expect(found).toBe('person 3');
});

it('a search sees what another process has enrolled and removed, while both have the gallery open', async () => {
  const folder = await temporaryFolder();
  const gallery = await openGallery(folder, { model: durabilityModel });
  const nearest = async (name: string) =>
    (await gallery.search(embeddingsOf(name)[0]!, { limit: 1, threshold: 0.99 }))[0]?.name;
  const [program, ...parameters] = builtScript('durability-child');
  const writer = spawn(program, [...parameters, folder, 'other'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const removed = new Set<string>();
  let seen = 0;
  for await (const line of createInterface({ input: writer.stdout })) {
    const name = line.slice(1);
    if (line.startsWith('?')) removed.add(name);
    // The writer may be ahead of this line, and have removed the person since.
    else if (line.startsWith('+')) {
      if ((await nearest(name)) === name) seen++;
      else expect(await gallery.get(name)).toBeUndefined();
    } else expect(await nearest(name)).toBeUndefined();
    if (removed.size > 20) break;
  }
  const ended = once(writer, 'exit');
  writer.kill('SIGKILL');
  await ended;
  expect(seen).toBeGreaterThan(50);
  await gallery.close();
});
