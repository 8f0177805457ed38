// Starts the ranks of a job on this machine, as torchrun does: one process each, its place in RANK, LOCAL_RANK, WORLD_SIZE,
// MASTER_ADDR and MASTER_PORT. All live, or all end.
import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism, constants } from 'node:os';
import type { Writable } from 'node:stream';
import { TorchError } from '../errors.js';
import { freePort } from './address.js';
import { LastWords, prefixLines } from './rank-output.js';

/** What to start, how often, and where. */
export interface LaunchOptions {
  /** JavaScript file that every rank runs. */
  readonly script: string;
  /** Ranks on this machine. */
  readonly nproc: number;
  /** Arguments of the script. */
  readonly args?: readonly string[];
  /** Arguments of node itself, before the script; this process's own by default. */
  readonly execArgv?: readonly string[];
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** This machine among several; start the same job on each with its own `rank`. One machine by default. */
  readonly nodes?: MachinePlace;
  /** Milliseconds from asking the other ranks of a failed one to end until they are killed; 5,000 by default. */
  readonly graceMs?: number;
  /** Milliseconds that ranks have to save and end after a signal to this process; 120,000 by default. */
  readonly saveMs?: number;
  /** Where the ranks' lines go; this process's own streams by default. */
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  /** Leaves the lines of standard output as they are, for programs to read; false by default. */
  readonly plainOutput?: boolean;
}

/** One of several machines with the same number of ranks each. */
export interface MachinePlace {
  readonly count: number;
  /** 0 is the machine of rank 0. */
  readonly rank: number;
  readonly masterAddr: string;
  readonly masterPort: number;
}

/** How a job ended that did not fail. */
export interface LaunchResult {
  /** The signal with which this process was asked to stop, if it was. */
  readonly signal: NodeJS.Signals | undefined;
}

/** A rank that failed ended the job. Its code is RANK_FAILED. */
export class RankFailure extends TorchError {
  /** The failed rank. */
  readonly rank: number;
  /** Its exit code; 128 + the signal's number where a signal killed it. */
  readonly exitCode: number;

  constructor(rank: number, exitCode: number, message: string) {
    super('RANK_FAILED', message);
    this.rank = rank;
    this.exitCode = exitCode;
  }
}

interface Rank {
  readonly rank: number;
  readonly child: ChildProcess;
  readonly words: LastWords;
  /** Set when it has ended. */
  end?: { readonly code: number | null; readonly signal: NodeJS.Signals | null };
}

/** The rank that fails first is often not the cause: its peers notice within this time. Milliseconds. */
const SETTLE_MS = 500;
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const GRACE_MS = 5_000;
const SAVE_MS = 120_000;

/**
 * Runs a script in `nproc` processes and waits for all of them. Their lines are printed with the rank before them.
 * SIGINT, SIGTERM and SIGHUP are passed on once, so that ranks can save; the second one kills, and so does `saveMs`.
 *
 * @example
 * ```ts
 * await launch({ script: 'train.js', nproc: 2, args: ['--epochs', '20'] });
 * ```
 * @throws RankFailure when a rank ends with another exit code than 0, or does not end after a signal; all others are ended first
 * @throws TorchError INVALID_ARGUMENT
 */
export async function launch(options: LaunchOptions): Promise<LaunchResult> {
  const { nproc, nodes = await thisMachineOnly() } = options;
  requireWhole('nproc', nproc, 1, 1024);
  requireWhole('nodes.count', nodes.count, 1, 65_536);
  requireWhole('nodes.rank', nodes.rank, 0, nodes.count - 1);
  const ranks = Array.from({ length: nproc }, (_, localRank) => start(options, nodes, localRank));
  // In the order of their end, until the others are asked to end.
  const failures: Rank[] = [];
  const timers: NodeJS.Timeout[] = [];
  let late: Rank[] = [];
  let interruption: NodeJS.Signals | undefined;
  let ending = false;
  const kill = () => {
    ending = true;
    endAll(ranks, 'SIGKILL');
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (interruption) return kill();
    interruption = signal;
    endAll(ranks, signal);
    const endLate = () => {
      late = ranks.filter(({ end }) => !end);
      kill();
    };
    timers.push(setTimeout(endLate, options.saveMs ?? SAVE_MS));
  };
  const endOthers = () => {
    ending = true;
    endAll(ranks, 'SIGTERM');
    timers.push(setTimeout(kill, options.graceMs ?? GRACE_MS));
  };
  const onExit = () => endAll(ranks, 'SIGKILL');
  for (const signal of FORWARDED) process.on(signal, onSignal);
  process.on('exit', onExit);
  try {
    await new Promise<void>((resolve, reject) => {
      const onEnd = (rank: Rank) => {
        const failed = !ending && !(interruption ? wasStopped(rank, interruption) : rank.end?.code === 0);
        if (failed && failures.push(rank) === 1) timers.push(setTimeout(endOthers, SETTLE_MS));
        if (ranks.every(({ end }) => end)) resolve();
      };
      for (const rank of ranks) watch(rank, onEnd, reject);
    });
  } finally {
    onExit();
    for (const timer of timers) clearTimeout(timer);
    for (const signal of FORWARDED) process.off(signal, onSignal);
    process.off('exit', onExit);
  }
  // A rank that complains of a lost peer is not the cause.
  const culprit = failures.find(({ words }) => !words.blamesPeer) ?? failures[0];
  if (culprit) throw failureOf(culprit);
  if (interruption && late[0]) throw lateness(late, interruption, options.saveMs ?? SAVE_MS);
  return { signal: interruption };
}

/** Whether a rank ended as one may after a signal: by itself, or by that signal. */
function wasStopped({ end }: Rank, signal: NodeJS.Signals): boolean {
  return end?.code === 0 || end?.code === exitCodeOf(signal) || end?.signal === signal;
}

function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

async function thisMachineOnly(): Promise<MachinePlace> {
  return { count: 1, rank: 0, masterAddr: '127.0.0.1', masterPort: await freePort() };
}

function start(options: LaunchOptions, nodes: MachinePlace, localRank: number): Rank {
  const rank = nodes.rank * options.nproc + localRank;
  const child = spawn(
    process.execPath,
    [...(options.execArgv ?? process.execArgv), options.script, ...(options.args ?? [])],
    {
      env: {
        // Threads of each rank, so that together they do not ask for more than there are.
        OMP_NUM_THREADS: String(Math.max(1, Math.floor(availableParallelism() / options.nproc))),
        ...process.env,
        ...options.env,
        RANK: String(rank),
        WORLD_SIZE: String(nodes.count * options.nproc),
        LOCAL_RANK: String(localRank),
        LOCAL_WORLD_SIZE: String(options.nproc),
        MASTER_ADDR: nodes.masterAddr,
        MASTER_PORT: String(nodes.masterPort),
        LAUNCHER_PID: String(process.pid),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own process group: the terminal's Ctrl-C reaches it only through us, and with it go its children.
      detached: true,
    },
  );
  const words = new LastWords();
  if (options.plainOutput) child.stdout.pipe(options.stdout ?? process.stdout, { end: false });
  else prefixLines(child.stdout, options.stdout ?? process.stdout, rank);
  prefixLines(child.stderr, options.stderr ?? process.stderr, rank, line => words.add(line));
  return { rank, child, words };
}

/** Notes a rank's end when all it printed is read, too. */
function watch(rank: Rank, onEnd: (rank: Rank) => void, onError: (error: Error) => void): void {
  rank.child.once('error', onError);
  // What it started itself must not outlive it, and would hold its streams open.
  rank.child.once('exit', () => killGroup(rank.child, 'SIGKILL'));
  rank.child.once('close', (code, signal) => {
    rank.end = { code, signal };
    onEnd(rank);
  });
}

function endAll(ranks: readonly Rank[], signal: NodeJS.Signals): void {
  for (const { child, end } of ranks) if (!end) killGroup(child, signal);
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}

function failureOf({ rank, end, words }: Rank): RankFailure {
  const signal = end?.signal;
  const how = signal
    ? `was killed by ${signal}${signal === 'SIGKILL' ? ' (by hand, or by the system for want of memory)' : ''}`
    : `ended with exit code ${end?.code}`;
  // Who is killed says nothing of it.
  const said = signal ? words.error : words.error || words.last;
  const reason = said && `: ${said}`;
  const code = signal ? exitCodeOf(signal) : (end?.code ?? 1);
  return new RankFailure(rank, code, `Rank ${rank} ${how}${reason}. All ranks of this machine were ended.`);
}

function lateness(late: readonly Rank[], signal: NodeJS.Signals, waitedMs: number): RankFailure {
  const [first, ...others] = late.map(({ rank }) => rank);
  const who = others.length > 0 ? `Ranks ${[first, ...others].join(', ')}` : `Rank ${first}`;
  return new RankFailure(
    first ?? 0,
    exitCodeOf('SIGKILL'),
    `${who} did not end within ${waitedMs / 1000} s of ${signal}, and were killed; what they saved before stays.`,
  );
}

function requireWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new TorchError(
    'INVALID_ARGUMENT',
    `${name} is ${value}; give a whole number from ${least} to ${most}.`,
  );
}
