// Ranks as processes, with and without the launcher.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { launch } from '../launcher.js';

export const RUN_SOURCE = fileURLToPath(new URL('./run-source.mjs', import.meta.url));
export const RANK_PROGRAM = fileURLToPath(new URL('./rank-program.ts', import.meta.url));

/** Runs a scenario of a rank program to its end, and reads what each rank made of it. */
export async function runScenario<T>(scenario: string, nproc: number, program = RANK_PROGRAM): Promise<T[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ranks-'));
  const output = collect();
  try {
    await launch({
      script: RUN_SOURCE,
      nproc,
      args: [program, scenario, folder],
      execArgv: [],
      stdout: output.stream,
      stderr: output.stream,
    });
    const files = Array.from({ length: nproc }, (_, rank) => readFile(join(folder, `${rank}.json`), 'utf8'));
    return (await Promise.all(files)).map(text => JSON.parse(text) as T);
  } catch (cause) {
    throw new Error(output.text(), { cause });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A rank started by hand, as another machine's scheduler would. */
export interface LooseRank {
  readonly process: ChildProcess;
  readonly text: () => string;
  /** Exit code or signal, when all its output is read. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Starts ranks without a launcher, and returns when all have joined. */
export async function startLooseRanks(
  scenario: string,
  count: number,
  port: number,
  env: Record<string, string> = {},
): Promise<LooseRank[]> {
  const ranks = Array.from({ length: count }, (_, rank) => startLooseRank(scenario, rank, count, port, env));
  for (const { text, process: child } of ranks)
    while (!text().includes('ready')) {
      if (child.exitCode !== null) throw new Error(text());
      await sleep(20);
    }
  return ranks;
}

/** Starts one of `count` ranks. */
export function startLooseRank(
  scenario: string,
  rank: number,
  count: number,
  port: number,
  env: Record<string, string> = {},
): LooseRank {
  const place = {
    RANK: String(rank),
    WORLD_SIZE: String(count),
    LOCAL_RANK: String(rank),
    MASTER_ADDR: '127.0.0.1',
    MASTER_PORT: String(port),
    OMP_NUM_THREADS: '1',
  };
  const child = spawn(process.execPath, [RUN_SOURCE, RANK_PROGRAM, scenario], {
    env: { ...process.env, ...place, ...env },
  });
  const output = collect();
  child.stdout.pipe(output.stream, { end: false });
  child.stderr.pipe(output.stream, { end: false });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  return { process: child, text: output.text, ended };
}

/** Everything written to a stream. */
export function collect(): { stream: PassThrough; text: () => string; lines: () => string[] } {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (part: Buffer) => {
    text += part.toString();
  });
  return { stream, text: () => text, lines: () => text.split('\n').filter(line => line !== '') };
}
