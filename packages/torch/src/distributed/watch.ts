// Every rank watches that the job is alive, in a thread of its own, as the main one may stand in a collective for ever:
// ranks hold a connection to rank 0 and send a sign of life on it. When one is lost, all are told why; a rank that
// does not end by itself within the grace time is killed.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { Worker } from 'node:worker_threads';
import { TorchError } from '../errors.js';
import { type WatchSettings, watchThread } from './watch-thread.js';

/** Bytes shared with the thread: four 32-bit words (see watch-thread.ts), then the reason as UTF-8. */
const SHARED_BYTES = 1024;

/** The watching thread of this process. */
export class Watch {
  readonly #worker: Worker;
  readonly #shared: SharedArrayBuffer;
  readonly #onExit: (code: number) => void;
  #left = false;

  private constructor(worker: Worker, shared: SharedArrayBuffer) {
    this.#worker = worker;
    this.#shared = shared;
    this.#onExit = code => this.leave(code);
    process.on('exit', this.#onExit);
    worker.unref();
  }

  /** Starts that of a job of one process, which must not outlive its launcher; without one there is nothing to do. */
  static async alone(peerTimeoutMs: number): Promise<void> {
    if (process.env['LAUNCHER_PID'] !== undefined) await Watch.#start({ rank: 0, peerTimeoutMs }, undefined);
  }

  /** Starts rank 0's: the others connect to `address` with what `invitation` says. */
  static async lead(
    rank: Omit<WatchPlace, 'rank'>,
    address: string,
    meeting: { readonly worldSize: number; readonly meetMs: number },
  ): Promise<{ watch: Watch; invitation: string }> {
    const token = randomBytes(16).toString('hex');
    const { watch, port } = await Watch.#start(
      { ...rank, rank: 0 },
      {
        ...meeting,
        ...{ listen: address, token },
      },
    );
    return { watch, invitation: `${port} ${token}` };
  }

  /** Starts another rank's, with rank 0's invitation. */
  static async join(place: WatchPlace, leader: string, invitation: string): Promise<Watch> {
    const [port, token = ''] = invitation.split(' ');
    return (await Watch.#start(place, { connect: leader, port: Number(port), token })).watch;
  }

  /** Why the job failed, waiting a moment for the news; undefined when nothing is known. */
  reason(waitMs = 2_000): string | undefined {
    const words = new Int32Array(this.#shared, 0, 4);
    Atomics.wait(words, 0, 0, waitMs);
    if (Atomics.load(words, 0) === 0) return undefined;
    return new TextDecoder().decode(new Uint8Array(this.#shared, 16, words[1]).slice());
  }

  /** Says goodbye with the exit code that this process ends with; happens by itself at its end. */
  leave(code: number): void {
    if (this.#left) return;
    this.#left = true;
    process.off('exit', this.#onExit);
    this.#worker.postMessage(code);
    // The process may be about to end: the goodbye must be on its way first.
    Atomics.wait(new Int32Array(this.#shared, 0, 4), 2, 0, 500);
    void this.#worker.terminate();
  }

  static async #start(place: WatchPlace, connection: WatchSettings['connection']) {
    const shared = new SharedArrayBuffer(SHARED_BYTES);
    const launcher = Number(process.env['LAUNCHER_PID'] ?? 0);
    const settings: WatchSettings = {
      ...place,
      connection,
      shared,
      host: hostname(),
      // Inherited by grandchildren, too, which have another parent.
      launcher: launcher === process.ppid ? launcher : 0,
    };
    // The source of the function, so that there is no second entry file for builds, tests and bundles to find.
    const worker = new Worker(`(${watchThread.toString()})()`, { eval: true, workerData: settings });
    const [port] = await once(worker, 'message').catch((cause: unknown) => {
      throw new TorchError('RANK_FAILED', `Rank ${place.rank} cannot watch its peers: ${String(cause)}`, {
        cause,
      });
    });
    return { watch: new Watch(worker, shared), port: Number(port) };
  }
}

/** Which rank watches, and how patient it is. */
export interface WatchPlace {
  readonly rank: number;
  /** A rank that gives no sign of life for this long is lost, milliseconds. */
  readonly peerTimeoutMs: number;
}
