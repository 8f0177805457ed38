import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SingleProcess } from './single-process.js';
import { twoHosts } from './testing/start-hosts.js';
import { trainTiny } from './testing/tiny-training.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'two-hosts-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('two hosts with addresses of their own train as one process does', async () => {
  const hosts = await twoHosts('everything', folder, 'none');
  expect(hosts.map(({ code, text }) => (code === 0 ? 0 : text))).toEqual([0, 0]);
  const [first, second] = await Promise.all(
    [0, 1].map(async rank => JSON.parse(await readFile(join(folder, `${rank}.json`), 'utf8'))),
  );
  expect(second.plain).toEqual(first.plain);
  const expected = trainTiny(new SingleProcess(), { batchNorm: false });
  for (const [name, values] of Object.entries(expected))
    for (const [index, value] of values.entries())
      expect(Math.abs(value - first.plain[name][index])).toBeLessThan(1e-6);
});

test('a rank killed on one host ends the other host with its name', async () => {
  const [first, second] = await twoHosts('forever', folder, 'kill');
  expect(second.code).toBe(137);
  expect(second.text).toContain('Rank 1 was killed by SIGKILL');
  expect(first.code).toBe(1);
  expect(first.text).toContain('Rank 1 on host-b was killed or its machine lost');
  expect(first.seconds).toBeLessThan(30);
});

test('a cable that is cut ends both hosts within 30 s, by the default patience', async () => {
  const hosts = await twoHosts('forever', folder, 'cut');
  expect(hosts[0].text).toContain('Rank 1 on host-b gave no sign of life for 15 s');
  expect(hosts[1].text).toContain('Rank 0 on 10.77.0.1 gave no sign of life for 15 s');
  for (const { code, seconds } of hosts) {
    expect(code).not.toBe(0);
    expect(seconds).toBeLessThan(30);
  }
});
