import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { freePort } from './address.js';
import { launch, RankFailure } from './launcher.js';
import {
  collect,
  type LooseRank,
  RANK_PROGRAM,
  RUN_SOURCE,
  startLooseRank,
  startLooseRanks,
} from './testing/start-ranks.js';

// Long enough for a busy machine's threads to get their turn.
const QUICK = { PEER_TIMEOUT_MS: '4000' };
let ranks: LooseRank[] = [];

afterEach(() => {
  for (const rank of ranks) rank.process.kill('SIGKILL');
  ranks = [];
});

async function startAll(scenario: string, count: number, env = {}): Promise<LooseRank[]> {
  ranks = await startLooseRanks(scenario, count, await freePort(), env);
  return ranks;
}

/** How all ranks ended, and how long after `from`. */
async function endings(of: readonly LooseRank[], from: number) {
  const codes = await Promise.all(of.map(({ ended }) => ended));
  return { codes, seconds: (Date.now() - from) / 1000 };
}

test.each([1, 0])('ranks without a launcher end when rank %i is killed, and name it', async killed => {
  const all = await startAll('forever', 3);
  const started = Date.now();
  all[killed]?.process.kill('SIGKILL');
  const others = all.filter((_, rank) => rank !== killed);
  const { codes, seconds } = await endings(others, started);
  expect(codes).toEqual([1, 1]);
  expect(seconds).toBeLessThan(15);
  for (const { text } of others) {
    expect(text()).toContain('TorchError: ');
    expect(text()).toMatch(new RegExp(`Rank ${killed} on \\S+ was killed or its machine lost`));
  }
});

test('a frozen rank is noticed by its silence', async () => {
  const all = await startAll('forever', 2, QUICK);
  const started = Date.now();
  all[1]?.process.kill('SIGSTOP');
  const { codes, seconds } = await endings(all.slice(0, 1), started);
  // It stands in a collective that does not return, so it is killed.
  expect(codes).toEqual(['SIGKILL']);
  expect(seconds).toBeLessThan(15);
  expect(all[0]?.text()).toContain(`Rank 1 on ${hostname()} gave no sign of life for 4 s`);
});

test('a rank whose peers do not come ends, and says where it waited', async () => {
  const alone = startLooseRank('forever', 0, 2, await freePort(), { ...QUICK, MEET_MS: '3000' });
  ranks = [alone];
  expect(await alone.ended).toBe('SIGKILL');
  expect(alone.text()).toMatch(/Fewer than 2 ranks met rank 0 on \S+ \(127\.0\.0\.1\) within 3 s/);
});

test('a rank that computes for long does not outlive a killed peer', async () => {
  const all = await startAll('busy', 2, QUICK);
  const started = Date.now();
  all[1]?.process.kill('SIGKILL');
  const { codes, seconds } = await endings(all.slice(0, 1), started);
  expect(codes).toEqual(['SIGKILL']);
  expect(seconds).toBeLessThan(15);
  expect(all[0]?.text()).toContain('Rank 1 on');
});

test('the launcher names the rank that threw, and its error', async () => {
  const output = collect();
  const failure = await launch({
    script: RUN_SOURCE,
    nproc: 2,
    args: [RANK_PROGRAM, 'throws'],
    execArgv: [],
    stdout: output.stream,
    stderr: output.stream,
  }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(RankFailure);
  expect(failure).toMatchObject({ rank: 1, exitCode: 1 });
  expect(String(failure)).toContain('RangeError: no more pictures');
  expect(output.text()).toContain(`Rank 1 on ${hostname()} ended with exit code 1`);
});

test('ranks do not outlive a launcher that is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'launcher-'));
  try {
    const main = join(folder, 'launch.ts');
    const launcher = JSON.stringify(fileURLToPath(new URL('./launcher.ts', import.meta.url)));
    await writeFile(
      main,
      `import { launch } from ${launcher};
       await launch({ script: process.argv[2], nproc: 2, args: [process.argv[3], 'forever'], execArgv: [] });`,
    );
    const child = spawn(process.execPath, [RUN_SOURCE, main, RUN_SOURCE, RANK_PROGRAM], {
      env: { ...process.env, ...QUICK },
    });
    const output = collect();
    child.stdout.pipe(output.stream);
    child.stderr.resume();
    const pids = () => [...output.text().matchAll(/ready (\d+)/g)].map(([, pid]) => Number(pid));
    while (pids().length < 2) await sleep(20);
    child.kill('SIGKILL');
    await expect.poll(() => pids().filter(isAlive), { timeout: 10_000 }).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
