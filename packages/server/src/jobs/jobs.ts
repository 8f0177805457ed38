// Work that outlasts a request: one after another, in the background, with progress. Jobs live as long as the server.
import { randomUUID } from 'node:crypto';
import { HttpError } from '../errors/http-error.js';

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly tenant: string;
  /** Key that began it. */
  readonly actor: string;
  readonly createdAt: string;
  state: JobState;
  progress: { done: number; total: number };
  result?: unknown;
  error?: { readonly code: string; readonly message: string };
}

export interface JobContext {
  readonly signal: AbortSignal;
  /** Tells how far it is. */
  progress(done: number, total: number): void;
}

export type JobWork = (context: JobContext) => Promise<unknown>;

/** Results hold pictures: so many jobs of a tenant are kept. */
const keptJobs = 50;
const mostWaiting = 20;

export class Jobs {
  /** Told every error that ends a job. */
  onError: (error: unknown) => void = () => undefined;
  readonly #jobs = new Map<string, { readonly job: Job; readonly controller: AbortController }>();
  readonly #describe: (error: unknown) => { code: string; message: string };
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  /** @param describe what the owner of a job is told of an error. */
  constructor(describe: (error: unknown) => { code: string; message: string }) {
    this.#describe = describe;
  }

  /** @throws HttpError `BUSY` when too many wait. */
  start(kind: string, tenant: string, actor: string, work: JobWork): Job {
    const waiting = [...this.#jobs.values()].filter(({ job }) => job.state === 'queued').length;
    if (this.#closed || waiting >= mostWaiting)
      throw new HttpError('BUSY', 'Too many jobs wait. Try again when some are done.', { retryAfter: 10 });
    const job: Job = {
      id: randomUUID(),
      kind,
      tenant,
      actor,
      createdAt: new Date().toISOString(),
      state: 'queued',
      progress: { done: 0, total: 0 },
    };
    const controller = new AbortController();
    this.#jobs.set(job.id, { job, controller });
    this.#forgetOld(tenant);
    this.#last = this.#last.then(() => this.#run(job, controller.signal, work));
    return job;
  }

  list(tenant: string): Job[] {
    return [...this.#jobs.values()].map(({ job }) => job).filter(job => job.tenant === tenant);
  }

  get(tenant: string, id: string): Job | undefined {
    const job = this.#jobs.get(id)?.job;
    return job?.tenant === tenant ? job : undefined;
  }

  /** Stops a job; one that is over is forgotten with its result. False when there is none. */
  cancel(tenant: string, id: string): boolean {
    const entry = this.#jobs.get(id);
    if (entry?.job.tenant !== tenant) return false;
    if (isOver(entry.job)) this.#jobs.delete(id);
    else entry.controller.abort();
    if (entry.job.state === 'queued') entry.job.state = 'cancelled';
    return true;
  }

  /** Stops all and waits for them. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { job, controller } of this.#jobs.values()) if (!isOver(job)) controller.abort();
    await this.#last;
  }

  async #run(job: Job, signal: AbortSignal, work: JobWork): Promise<void> {
    if (signal.aborted) {
      job.state = 'cancelled';
      return;
    }
    job.state = 'running';
    try {
      job.result = await work({ signal, progress: (done, total) => (job.progress = { done, total }) });
      job.state = signal.aborted ? 'cancelled' : 'done';
    } catch (error) {
      job.state = signal.aborted ? 'cancelled' : 'failed';
      if (signal.aborted) return;
      job.error = this.#describe(error);
      this.onError(error);
    }
  }

  #forgetOld(tenant: string): void {
    const over = this.list(tenant).filter(isOver);
    for (const { id } of over.slice(0, Math.max(0, over.length - keptJobs))) this.#jobs.delete(id);
  }
}

function isOver({ state }: Job): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
