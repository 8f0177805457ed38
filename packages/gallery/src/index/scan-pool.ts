// Worker threads that scan tables in shared memory, each its part of the rows. One pool serves all indexes of a process.
import { Worker } from 'node:worker_threads';
import { InsightFaceError } from 'insightface-ts';
import type { KernelMemory } from './kernel.js';
import type { Layout } from './layout.js';
import type { ScanRequest } from './table-scanner.js';
import type { VectorHit } from './vector-index.js';
import type { VectorTable } from './vector-table.js';

export type ScanMessage =
  | {
      readonly table: number;
      readonly memory: KernelMemory;
      readonly layout: Layout;
      readonly thread: number;
    }
  | { readonly table: number; readonly id: number; readonly request: ScanRequest }
  | { readonly table: number };

export type ScanAnswer =
  | { readonly id: number; readonly hits: VectorHit[][] }
  | { readonly id: number; readonly error: string };

interface Waiting {
  readonly worker: Worker;
  readonly resolve: (hits: VectorHit[][]) => void;
  readonly reject: (error: Error) => void;
}

const pools = new Map<number, ScanPool>();

/** The pool of so many threads, started when first used. Each call is to be met by one of {@link ScanPool.release}. */
export function sharedScanPool(threads: number): ScanPool {
  let pool = pools.get(threads);
  if (!pool) {
    pool = new ScanPool(threads, () => pools.delete(threads));
    pools.set(threads, pool);
  }
  pool.acquire();
  return pool;
}

class ScanPool {
  /** By number; a place is empty until a search needs it, and after its thread has died. */
  readonly #workers: (Worker | undefined)[];
  readonly #tables = new Map<VectorTable, number>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: () => void;
  #users = 0;
  #lastTable = 0;
  #lastRequest = 0;

  constructor(threads: number, ended: () => void) {
    this.#workers = Array.from({ length: threads }, () => undefined);
    this.#ended = ended;
  }

  get threads(): number {
    return this.#workers.length;
  }

  acquire(): void {
    this.#users++;
  }

  /** The last user's release ends the threads. */
  async release(): Promise<void> {
    if (--this.#users > 0) return;
    this.#ended();
    await Promise.all(this.#workers.map(worker => worker?.terminate()));
  }

  /** Forgets a table. */
  detach(table: VectorTable): void {
    const number = this.#tables.get(table);
    if (number === undefined) return;
    this.#tables.delete(table);
    for (const worker of this.#workers) worker?.postMessage({ table: number } satisfies ScanMessage);
  }

  /**
   * Has one thread do a request.
   * @throws InsightFaceError `WORKER_FAILED` when the thread died; the next request starts another.
   */
  search(table: VectorTable, thread: number, request: ScanRequest): Promise<VectorHit[][]> {
    const number = this.#attach(table);
    const worker = this.#worker(thread);
    const id = ++this.#lastRequest;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { worker, resolve, reject });
      worker.ref();
      worker.postMessage({ table: number, id, request } satisfies ScanMessage);
    });
  }

  #attach(table: VectorTable): number {
    let number = this.#tables.get(table);
    if (number === undefined) {
      number = ++this.#lastTable;
      this.#tables.set(table, number);
      for (const [thread, worker] of this.#workers.entries())
        if (worker) this.#introduce(worker, thread, table, number);
    }
    return number;
  }

  #introduce(worker: Worker, thread: number, { memory, layout }: VectorTable, table: number): void {
    worker.postMessage({ table, memory, layout, thread } satisfies ScanMessage);
  }

  #worker(thread: number): Worker {
    const running = this.#workers[thread];
    if (running) return running;
    const worker = new Worker(workerFile(import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    });
    this.#workers[thread] = worker;
    worker.on('message', (answer: ScanAnswer) => this.#answered(worker, answer));
    worker.on('error', error => this.#died(thread, worker, error));
    worker.on('exit', () => this.#died(thread, worker));
    for (const [table, number] of this.#tables) this.#introduce(worker, thread, table, number);
    return worker;
  }

  #answered(worker: Worker, answer: ScanAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    // Threads without work do not keep the process alive.
    if (![...this.#waiting.values()].some(other => other.worker === worker)) worker.unref();
    if ('hits' in answer) waiting?.resolve(answer.hits);
    else waiting?.reject(failed(answer.error));
  }

  #died(thread: number, worker: Worker, cause?: Error): void {
    if (this.#workers[thread] === worker) this.#workers[thread] = undefined;
    for (const [id, waiting] of this.#waiting)
      if (waiting.worker === worker) {
        this.#waiting.delete(id);
        waiting.reject(failed(cause?.message ?? 'it ended', cause));
      }
  }
}

export type { ScanPool };

function failed(reason: string, cause?: Error): InsightFaceError {
  return new InsightFaceError('WORKER_FAILED', `A search thread failed: ${reason}. Search again.`, { cause });
}

/** Node runs no TypeScript in a worker: from sources, as tests run, the built file is taken. */
function workerFile(from: string): URL {
  const url = new URL('./scan-worker.js', from);
  return from.endsWith('.ts') ? new URL(url.href.replace('/gallery/src/', '/gallery/dist/')) : url;
}
