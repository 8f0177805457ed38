import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LaunchOptions, launch, RankFailure } from './launcher.js';
import { collect, RUN_SOURCE } from './testing/start-ranks.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'launcher-'));
});
afterAll(() => rm(folder, { recursive: true }));

let scripts = 0;

async function scriptOf(source: string): Promise<string> {
  const script = join(folder, `rank-${scripts++}.mjs`);
  await writeFile(script, source);
  return script;
}

async function run(source: string, options: Partial<LaunchOptions> = {}) {
  const [out, error] = [collect(), collect()];
  const started = Date.now();
  const streams = { stdout: out.stream, stderr: error.stream };
  const outcome = await launch({
    script: await scriptOf(source),
    nproc: 2,
    execArgv: [],
    ...streams,
    ...options,
  }).then(
    result => ({ result, failure: undefined }),
    (failure: unknown) => ({ result: undefined, failure }),
  );
  await sleep(20);
  return { ...outcome, out: out.lines(), error: error.lines(), seconds: (Date.now() - started) / 1000 };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('each rank knows its place, and its lines carry its number', async () => {
  const source = `
    const { RANK, LOCAL_RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT } = process.env;
    console.log([RANK, LOCAL_RANK, WORLD_SIZE, MASTER_ADDR, process.argv[2], process.env.EXTRA].join(' '));
    console.log('port', MASTER_PORT);
    console.error('to stderr');`;
  const { result, out, error } = await run(source, { nproc: 3, args: ['x'], env: { EXTRA: 'e' } });
  expect(result).toEqual({ signal: undefined });
  expect(out.filter(line => !line.includes('port')).sort()).toEqual([
    '[0] 0 0 3 127.0.0.1 x e',
    '[1] 1 1 3 127.0.0.1 x e',
    '[2] 2 2 3 127.0.0.1 x e',
  ]);
  expect(new Set(out.filter(line => line.includes('port')).map(line => line.slice(4))).size).toBe(1);
  expect(error.sort()).toEqual(['[0] to stderr', '[1] to stderr', '[2] to stderr']);
});

test('output for programs has no numbers', async () => {
  const { out, error } = await run(`console.log('{}'); console.error('note');`, {
    nproc: 1,
    plainOutput: true,
  });
  expect([out, error]).toEqual([['{}'], ['[0] note']]);
});

test('the second of two machines numbers its ranks on', async () => {
  const nodes = { count: 2, rank: 1, masterAddr: '10.9.8.7', masterPort: 1234 };
  const { out } = await run(
    `const { RANK, LOCAL_RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT } = process.env;
     console.log(RANK, LOCAL_RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT);`,
    { nodes },
  );
  expect(out.sort()).toEqual(['[2] 2 0 4 10.9.8.7 1234', '[3] 3 1 4 10.9.8.7 1234']);
});

test('one failing rank ends all, with its reason and exit code', async () => {
  const { failure, out, seconds } = await run(
    `console.log(process.pid);
     process.on('SIGTERM', () => {});
     setInterval(() => {}, 1000);
     if (process.env.RANK === '1') setTimeout(() => { console.error(new RangeError('the disk is full')); process.exit(3); }, 300);`,
    { nproc: 3, graceMs: 500 },
  );
  expect(failure).toBeInstanceOf(RankFailure);
  expect(failure).toMatchObject({ code: 'RANK_FAILED', rank: 1, exitCode: 3 });
  expect(String(failure)).toContain('Rank 1 ended with exit code 3: RangeError: the disk is full');
  expect(seconds).toBeLessThan(10);
  expect(out).toHaveLength(3);
  expect(out.filter(line => isAlive(Number(line.slice(4))))).toEqual([]);
});

test('a killed rank is named, not the peer that complained of it first', async () => {
  const { failure } = await run(
    `if (process.env.RANK === '0') { console.error('RANK_FAILED: rank 1 is lost'); process.exit(1); }
     setTimeout(() => process.kill(process.pid, 'SIGKILL'), 200);`,
  );
  expect(failure).toMatchObject({ rank: 1, exitCode: 137 });
  expect(String(failure)).toContain('Rank 1 was killed by SIGKILL');
});

test('what a rank started does not outlive it', async () => {
  const { out } = await run(
    `import { spawn } from 'node:child_process';
     console.log(spawn('sleep', ['1000'], { stdio: 'inherit' }).pid);
     setTimeout(() => process.exit(0), 200);`,
    { nproc: 1 },
  );
  await expect.poll(() => isAlive(Number(out[0]?.slice(4))), { timeout: 5_000 }).toBe(false);
});

test('a missing script is an error, not a hang', async () => {
  await expect(
    launch({ script: join(folder, 'none.mjs'), nproc: 1, execArgv: [], ...quiet() }),
  ).rejects.toThrow('Cannot find module');
  await expect(launch({ script: 'x.js', nproc: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('Ctrl-C reaches every rank once and lets it finish; the second one kills', async () => {
  const patient = await scriptOf(`
    let signals = 0;
    process.on('SIGINT', () => {
      signals++;
      setTimeout(() => { console.log('saved after', signals); process.exit(0); }, 400);
    });
    setInterval(() => {}, 1000);
    console.log('ready', process.pid);`);
  const first = await startLauncher(patient);
  // The terminal signals the whole foreground group of the launcher.
  interrupt(first.launcher);
  expect(await first.ended()).toEqual([
    '[0] saved after 1',
    '[1] saved after 1',
    'result {"signal":"SIGINT"}',
  ]);

  const stubborn = await scriptOf(`
    process.on('SIGINT', () => console.log('no'));
    setInterval(() => {}, 1000);
    console.log('ready', process.pid);`);
  const second = await startLauncher(stubborn);
  interrupt(second.launcher);
  await second.until(lines => lines.filter(line => line.endsWith('no')).length === 2);
  interrupt(second.launcher);
  expect((await second.ended()).at(-1)).toBe('result {"signal":"SIGINT"}');
  expect(second.ranks().filter(isAlive)).toEqual([]);

  // Their main threads stand in a collective that does not return: one signal must do.
  const hung = await scriptOf(`
    process.on('SIGINT', () => {});
    console.log('ready', process.pid);
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 100);`);
  const third = await startLauncher(hung, 1000);
  interrupt(third.launcher);
  expect((await third.ended()).at(-1)).toBe(
    'TorchError: Ranks 0, 1 did not end within 1 s of SIGINT, and were killed; what they saved before stays.',
  );
  expect(third.ranks().filter(isAlive)).toEqual([]);
});

test('a rank that fails to save after Ctrl-C is a failure', async () => {
  const script = await scriptOf(`
    process.on('SIGINT', () => {
      if (process.env.RANK === '0') process.exit(0);
      console.error(new Error('the disk is full'));
      process.exit(1);
    });
    setInterval(() => {}, 1000);
    console.log('ready', process.pid);`);
  const { launcher, ended } = await startLauncher(script);
  interrupt(launcher);
  expect((await ended()).at(-1)).toContain('Rank 1 ended with exit code 1: Error: the disk is full');
});

function quiet() {
  return { stdout: new PassThrough().resume(), stderr: new PassThrough().resume() };
}

function interrupt({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGINT');
}

/** A launcher in a process and process group of its own, with two ranks that said they are ready. */
async function startLauncher(script: string, saveMs = 60_000) {
  const main = join(folder, `launch-${scripts++}.ts`);
  await writeFile(
    main,
    `import { launch } from ${JSON.stringify(fileURLToPath(new URL('./launcher.ts', import.meta.url)))};
     const options = { script: ${JSON.stringify(script)}, nproc: 2, execArgv: [], saveMs: ${saveMs} };
     const outcome = await launch(options).then(result => 'result ' + JSON.stringify(result), String);
     console.log(outcome);`,
  );
  const launcher = spawn(process.execPath, [RUN_SOURCE, main], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = collect();
  launcher.stdout.pipe(output.stream);
  const closed = once(launcher, 'close');
  const until = async (condition: (lines: string[]) => boolean) => {
    while (!condition(output.lines())) await sleep(20);
  };
  await until(lines => lines.filter(line => line.includes('ready')).length === 2);
  return {
    launcher,
    until,
    ranks: () =>
      output.lines().flatMap(line => (line.includes('ready') ? [Number(line.split(' ').at(-1))] : [])),
    ended: async () => {
      await closed;
      return output
        .lines()
        .filter(line => !line.includes('ready'))
        .sort();
    },
  };
}
