// Workers of one set of options: started together, replaced when one dies, ended when a reload puts others in place.
import { setTimeout as delay } from 'node:timers/promises';
import type { JobEnd, Loaded, WorkerSettings } from './messages.js';
import type { PoolRequest } from './pool-request.js';
import { type LoadingNews, PoolWorker } from './pool-worker.js';

/** Milliseconds before a worker is started again, by how many have died with no work done in between. */
const restartDelays = [0, 200, 1000, 5000, 30_000];
/** From so many deaths on, with no worker left, nobody is kept waiting. */
const hopeless = 3;

export interface CrewPlan {
  readonly settings: WorkerSettings;
  readonly count: number;
  readonly news: LoadingNews;
}

export interface CrewEvents {
  ended(request: PoolRequest, end: JobEnd, loaded: Loaded): void;
  batchEnded(requests: readonly PoolRequest[], runMs: number): void;
  /** A worker died over these. */
  lost(requests: readonly PoolRequest[], reason: Error): void;
  /** A worker was started in place of one that died. */
  restarted(): void;
  /** No worker is left, and none can be started; it is tried again and again. */
  down(reason: Error): void;
}

export class Crew {
  readonly #plan: CrewPlan;
  readonly #events: CrewEvents;
  readonly #workers = new Set<PoolWorker>();
  readonly #stop = new AbortController();
  #loaded: Loaded | undefined;
  #deaths = 0;

  private constructor(plan: CrewPlan, events: CrewEvents) {
    this.#plan = plan;
    this.#events = events;
  }

  /**
   * Starts all workers: the first one alone, since it may have to fetch the pack, which the others then find.
   * @throws InsightFaceError what `FaceAnalysis.create` throws, `WORKER_FAILED`, `ABORTED`.
   */
  static async start(plan: CrewPlan, events: CrewEvents, signal?: AbortSignal): Promise<Crew> {
    const crew = new Crew(plan, events);
    try {
      await crew.#startWorker(plan.news, signal);
      const others = Array.from({ length: plan.count - 1 }, () => crew.#startWorker({}, signal));
      const results = await Promise.allSettled(others);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
      return crew;
    } catch (error) {
      await crew.close();
      throw error;
    }
  }

  /** What each worker has loaded. */
  get loaded(): Loaded {
    if (!this.#loaded) throw new Error('The crew has not started.');
    return this.#loaded;
  }

  /** Workers that live. */
  get size(): number {
    return this.#workers.size;
  }

  /** Workers that have nothing to do. */
  get idle(): number {
    let idle = 0;
    for (const worker of this.#workers) if (worker.batches === 0) idle++;
    return idle;
  }

  /** Requests that were given to workers. */
  *running(): Generator<PoolRequest> {
    for (const worker of this.#workers) yield* worker.requests;
  }

  /**
   * A worker that can be given a batch: an idle one, or, where at least an image for each worker waits, one with a single
   * batch, so that it reads the next picture meanwhile and need not wait for this thread.
   */
  free(waitingImages: number): PoolWorker | undefined {
    let single: PoolWorker | undefined;
    for (const worker of this.#workers) {
      if (worker.batches === 0) return worker;
      if (worker.batches === 1) single ??= worker;
    }
    return waitingImages >= this.#workers.size ? single : undefined;
  }

  cancel(request: PoolRequest): void {
    for (const worker of this.#workers) worker.cancel(request);
  }

  /** Ends the workers when all that they were given has ended. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#workers].map(worker => worker.close()));
    this.#workers.clear();
  }

  async #startWorker(news: LoadingNews, signal?: AbortSignal): Promise<void> {
    const { worker, loaded } = await PoolWorker.start(
      this.#plan.settings,
      {
        ended: (request, end) => this.#events.ended(request, end, loaded),
        batchEnded: (requests, runMs) => {
          this.#deaths = 0;
          this.#events.batchEnded(requests, runMs);
        },
        died: (dead, lost, reason) => {
          this.#workers.delete(dead);
          if (!this.#stop.signal.aborted) void this.#replace(reason);
          this.#events.lost(lost, reason);
        },
      },
      news,
      signal,
    );
    if (this.#stop.signal.aborted) {
      await worker.close();
      throw new Error('The crew was closed while a worker started.');
    }
    this.#loaded = loaded;
    this.#workers.add(worker);
  }

  /** Starts a worker in place of a dead one, however often that takes. */
  async #replace(death: Error): Promise<void> {
    let reason = death;
    const deaths = this.#deaths++;
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted; failures++) {
      const troubles = deaths + failures;
      if (troubles >= hopeless && this.#workers.size === 0) this.#events.down(reason);
      try {
        const pause = restartDelays[Math.min(troubles, restartDelays.length - 1)];
        await delay(pause, undefined, { signal, ref: false });
        await this.#startWorker({}, signal);
        this.#events.restarted();
        return;
      } catch (error) {
        reason = error instanceof Error ? error : new Error(String(error));
      }
    }
  }
}
