// The dispatcher with workers that only pretend: their time is a formula, so that what it decides can be told.
import { describe, expect, it } from 'vitest';
import { Dispatcher, type Limits, type Workers } from './dispatcher.js';
import { clock, type Job, type Loaded } from './messages.js';
import type { PoolRequest } from './pool-request.js';

const loaded: Loaded = {
  pack: { name: 'none', title: '', license: '', models: [] },
  recognizer: undefined,
  tasks: ['detection'],
};
const limits: Limits = { maxBatch: 8, maxDelayMs: 5, maxQueue: 1000, maxQueueBytes: 1e9 };
const job = (detThresh = 0.5): Job => ({
  kind: 'analyze',
  image: new Uint8Array(10),
  options: { detThresh },
  crops: 'none',
});

interface Given {
  readonly requests: readonly PoolRequest[];
  readonly at: number;
}

/** Workers, of which each takes `milliseconds(images)` of real time for a batch and says so. */
class FakeWorkers implements Workers {
  readonly given: Given[] = [];
  readonly size: number;
  readonly #dispatcher: Dispatcher;
  readonly #milliseconds: (images: number) => number;
  readonly #busy = new Set<Given>();

  constructor(size: number, dispatcher: Dispatcher, milliseconds: (images: number) => number) {
    this.size = size;
    this.#dispatcher = dispatcher;
    this.#milliseconds = milliseconds;
  }

  get idle(): number {
    return this.size - this.#busy.size;
  }

  *running(): Generator<PoolRequest> {
    for (const { requests } of this.#busy) yield* requests;
  }

  free() {
    return this.idle > 0 ? { run: (requests: readonly PoolRequest[]) => this.#run(requests) } : undefined;
  }

  cancel(): void {}

  #run(requests: readonly PoolRequest[]): void {
    const given = { requests, at: clock() };
    this.given.push(given);
    this.#busy.add(given);
    const runMs = this.#milliseconds(requests.length);
    setTimeout(() => {
      const answer = { width: 1, height: 1, faces: [], timings: {} as never };
      for (const request of requests) {
        const end = {
          id: request.id,
          outcome: { answer },
          startedAt: given.at,
          runMs: runMs / requests.length,
        };
        this.#dispatcher.ended(request, end, loaded);
      }
      this.#busy.delete(given);
      this.#dispatcher.batchEnded(requests, runMs);
    }, runMs);
  }
}

function setUp(size: number, milliseconds: (images: number) => number, more: Partial<Limits> = {}) {
  const dispatcher = new Dispatcher({ ...limits, ...more });
  const workers = new FakeWorkers(size, dispatcher, milliseconds);
  dispatcher.use(workers, { ...limits, ...more });
  return { dispatcher, workers };
}

/** So many clients, each asking again when it is answered. */
async function load(dispatcher: Dispatcher, clients: number, requests: number): Promise<void> {
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (let index = 0; index < requests; index++) await dispatcher.submit(job(), {});
    }),
  );
}

const sizes = ({ given }: FakeWorkers) => given.map(({ requests }) => requests.length);

describe('batches', () => {
  it('grow under load where a batch costs hardly more than an image, and only there', async () => {
    const gpu = setUp(1, images => 6 + 0.1 * images);
    const cpu = setUp(1, images => 2 * images);
    await Promise.all([load(gpu.dispatcher, 16, 30), load(cpu.dispatcher, 16, 10)]);
    expect(Math.max(...sizes(gpu.workers).slice(-10))).toBe(8);
    expect(sizes(cpu.workers).filter(size => size === 1).length).toBeGreaterThan(140);
  });

  it('do not keep a lone request waiting, even where larger ones pay', async () => {
    const { dispatcher, workers } = setUp(1, images => 6 + 0.1 * images, { maxDelayMs: 200 });
    await load(dispatcher, 16, 30);
    await new Promise(resolve => setTimeout(resolve, 250));
    const { queueMs } = await dispatcher.submit(job(), {});
    expect(queueMs).toBeLessThan(100);
    expect(workers.given.at(-1)?.requests).toHaveLength(1);
  });

  it('are shared out among idle workers', async () => {
    const { dispatcher, workers } = setUp(2, images => 20 * images);
    await Promise.all(Array.from({ length: 2 }, () => dispatcher.submit(job(), {})));
    expect(sizes(workers)).toEqual([1, 1]);
  });

  it('hold requests of equal options only', async () => {
    const { dispatcher, workers } = setUp(1, images => 6 + 0.1 * images);
    await load(dispatcher, 16, 30);
    await Promise.all(Array.from({ length: 12 }, (_, index) => dispatcher.submit(job(index % 2), {})));
    for (const { requests } of workers.given) expect(new Set(requests.map(({ lane }) => lane)).size).toBe(1);
  });
});

describe('tenants and deadlines', () => {
  it('a tenant with one request at a time is not behind one that floods', async () => {
    const { dispatcher, workers } = setUp(1, images => 3 * images);
    const flood = Promise.all(
      Array.from({ length: 40 }, () => dispatcher.submit(job(), { tenant: 'flood' })),
    );
    for (let index = 0; index < 5; index++) await dispatcher.submit(job(), { tenant: 'small' });
    const done = workers.given.flatMap(({ requests }) => requests.map(({ tenant }) => tenant));
    // Two of the flood's for each one of the other's at most, since it asks again only when it was answered.
    expect(done.length).toBeLessThanOrEqual(17);
    await flood;
  });

  it('refuses at once what would begin too late, by what is known of the time', async () => {
    const { dispatcher } = setUp(2, images => 50 * images);
    await dispatcher.submit(job(), {});
    const all = Array.from({ length: 10 }, () => dispatcher.submit(job(), {}));
    // 10 images of 50 ms on 2 workers.
    await expect(dispatcher.submit(job(), { deadlineMs: 100 })).rejects.toMatchObject({
      code: 'BUSY',
      retryAfterMs: expect.closeTo(150, -1),
    });
    await expect(
      dispatcher.submit(job(), { deadlineMs: 100, priority: 'interactive' }),
    ).resolves.toBeDefined();
    await Promise.all(all);
    expect(dispatcher.counters).toMatchObject({ done: 12, busy: 1 });
  });

  it('bounds the bytes that wait as well as the images', async () => {
    const { dispatcher } = setUp(1, images => 5 * images, { maxQueueBytes: 25 });
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => dispatcher.submit(job(), {})));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
  });
});
