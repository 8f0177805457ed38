// `insightface train` in several processes, as a person starts, stops, loses and resumes them.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { distributed } from '@insightface-ts/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDrawnFaces } from '../testing/drawn-faces.js';

const COMMAND = fileURLToPath(new URL('../testing/insightface.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'insightface-ranks-'));
const run = join(folder, 'run');
const started: ChildProcess[] = [];

beforeAll(() =>
  writeDrawnFaces(folder, {
    classifier: { name: 'partialFc' },
    schedule: { steps: 100_000 },
    batchSize: 2,
    checkpoint: { everySteps: 5 },
    evaluate: {},
  }),
);
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function insightface(args: readonly string[], env: Record<string, string> = {}) {
  // A process group of its own, as a terminal gives.
  const child = spawn(
    process.execPath,
    [COMMAND, 'train', join(folder, 'experiment.json'), '--out', run, ...args],
    { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  );
  started.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      text += part.toString();
    });
  const closed = once(child, 'close');
  return {
    pid: child.pid!,
    /** Exit code or signal, and all that was printed. */
    ended: async () => {
      const [code, signal] = await closed;
      return { end: code ?? signal, text };
    },
    /** Waits until the run has come so far. */
    reach: async (step: number) => {
      while (lastStep() < step) {
        if (child.exitCode !== null) throw new Error(text);
        await sleep(50);
      }
    },
  };
}

function lastStep(): number {
  const file = join(run, 'metrics.jsonl');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const last = lines.at(-2);
  return last ? JSON.parse(last).step : 0;
}

function newestShares(): string[] {
  const checkpoints = join(run, 'checkpoints');
  const newest = readdirSync(checkpoints).sort().at(-1)!;
  return readdirSync(join(checkpoints, newest)).filter(name => name.startsWith('classifier'));
}

/** The process of a rank, by its environment. */
function processOf(launcher: number, rank: number): number {
  const children = readFileSync(`/proc/${launcher}/task/${launcher}/children`, 'utf8').trim().split(' ');
  const found = children.find(pid =>
    readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`\0RANK=${rank}\0`),
  );
  return Number(found);
}

test('two ranks stop at Ctrl-C; three go on until one is killed; two by torchrun variables finish', async () => {
  const two = insightface(['--nproc', '2']);
  await two.reach(7);
  process.kill(-two.pid, 'SIGINT');
  const stopped = await two.ended();
  expect(stopped).toMatchObject({
    end: 130,
    text: expect.stringMatching(/\[0\] .*run: interrupted at step \d+/),
  });
  expect(stopped.text.match(/Saving a checkpoint/g)).toHaveLength(1);
  expect(newestShares()).toHaveLength(2);
  const at = Number(/interrupted at step (\d+)/.exec(stopped.text)?.[1]);

  const three = insightface(['--nproc=3', '--resume']);
  await three.reach(at + 12);
  const from = Date.now();
  process.kill(processOf(three.pid, 1), 'SIGKILL');
  const lost = await three.ended();
  expect(Date.now() - from).toBeLessThan(30_000);
  expect(lost.end).toBe(1);
  expect(lost.text).toContain(`[0] Resumed at step ${at}\n`);
  expect(lost.text).toMatch(
    /\[[02]\] insightface: Rank 1 on \S+ was killed or its machine lost .*\[RANK_FAILED\]/,
  );
  expect(lost.text.trim().split('\n').at(-1)).toBe(
    'insightface: Rank 1 was killed by SIGKILL (by hand, or by the system for want of memory). All ranks of this machine were ended. [RANK_FAILED]',
  );
  expect(newestShares()).toHaveLength(3);

  const end = lastStep() + 10;
  const port = await distributed.freePort();
  const ranks = [0, 1].map(rank =>
    insightface(['--resume', '--set', `schedule.steps=${end}`], {
      ...{ RANK: `${rank}`, WORLD_SIZE: '2', LOCAL_RANK: `${rank}` },
      ...{ MASTER_ADDR: '127.0.0.1', MASTER_PORT: `${port}` },
    }),
  );
  const [first, second] = await Promise.all(ranks.map(({ ended }) => ended()));
  expect(first).toMatchObject({ end: 0, text: expect.stringContaining(`finished at step ${end}`) });
  expect(second).toEqual({ end: 0, text: '' });
}, 120_000);
