// Worker threads that answer requests. Each worker handles one request after the other; requests wait for a free worker.
import { Worker } from 'node:worker_threads';
import { type ErrorCode, InsightFaceError } from 'insightface-ts';
import type { WorkerAnswer } from './worker-answer.js';

interface Waiting {
  readonly request: object;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A fixed number of workers that run the same file. */
export class WorkerPool {
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #queue: Waiting[] = [];
  readonly #running = new Map<Worker, Waiting>();
  #closed = false;

  /**
   * @param file module that calls {@link answerRequests}.
   * @param settings what each worker is told when it starts.
   */
  constructor(file: URL, count: number, settings: object) {
    for (let i = 0; i < count; i++) {
      const worker = new Worker(file, { workerData: settings });
      this.#all.add(worker);
      this.#idle.push(worker);
      worker.on('message', (answer: WorkerAnswer) => this.#answered(worker, answer));
      worker.on('error', error => this.#died(worker, error));
      worker.on('exit', () => this.#died(worker, new Error('A worker thread ended unexpectedly.')));
    }
  }

  /** Hands a request to the next free worker. Rejects with what the worker threw. */
  request(request: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed || this.#all.size === 0) {
        reject(new InsightFaceError('DISPOSED', 'The worker threads have ended.'));
        return;
      }
      this.#queue.push({ request, resolve, reject });
      this.#dispatch();
    });
  }

  /** Ends all workers; what is under way is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#all].map(worker => worker.terminate()));
    const ended = new InsightFaceError('DISPOSED', 'The worker threads have ended.');
    for (const waiting of [...this.#running.values(), ...this.#queue.splice(0)]) waiting.reject(ended);
    this.#running.clear();
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop();
      if (!worker) return;
      const waiting = this.#queue.shift()!;
      this.#running.set(worker, waiting);
      worker.postMessage(waiting.request);
    }
  }

  #answered(worker: Worker, answer: WorkerAnswer): void {
    const waiting = this.#running.get(worker);
    this.#running.delete(worker);
    this.#idle.push(worker);
    if ('value' in answer) waiting?.resolve(answer.value);
    else waiting?.reject(revive(answer.error));
    this.#dispatch();
  }

  #died(worker: Worker, error: Error): void {
    if (this.#closed) return;
    this.#all.delete(worker);
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#running.get(worker)?.reject(error);
    this.#running.delete(worker);
    if (this.#all.size === 0) for (const waiting of this.#queue.splice(0)) waiting.reject(error);
  }
}

function revive({ code, message, stack }: Extract<WorkerAnswer, { error: object }>['error']): Error {
  if (code !== undefined) return new InsightFaceError(code as ErrorCode, message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** Node runs no TypeScript in a worker: from sources, as tests run, the built file is taken. */
export function workerFile(name: string, from: string): URL {
  const url = new URL(`./${name}.js`, from);
  return from.endsWith('.ts') ? new URL(url.href.replace('/train/src/', '/train/dist/')) : url;
}
