// What Prometheus reads. Labels are routes, codes and outcomes: never a name, a key or a tenant.
import type { FaceAnalysisPool } from 'insightface-ts';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export class Metrics {
  readonly registry = new Registry();
  /** Seconds from the first byte of a request to the last of its answer. */
  readonly requests = new Histogram({
    name: 'insightface_http_request_seconds',
    help: 'Time of requests by route, method and status',
    labelNames: ['route', 'method', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly faces = new Counter({
    name: 'insightface_faces_total',
    help: 'Faces found',
    registers: [this.registry],
  });
  readonly decisions = new Counter({
    name: 'insightface_decisions_total',
    help: 'Decisions by kind and outcome',
    labelNames: ['action', 'outcome'] as const,
    registers: [this.registry],
  });
  readonly queueSeconds = new Histogram({
    name: 'insightface_queue_seconds',
    help: 'Time images waited for a worker',
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Reads the pool's figures whenever the metrics are asked for. */
  watchPool(pool: FaceAnalysisPool): void {
    for (const name of ['queued', 'running', 'workers'] as const)
      new Gauge({
        name: `insightface_pool_${name}`,
        help: `The pool's ${name}`,
        registers: [this.registry],
        collect() {
          this.set(pool.stats()[name]);
        },
      });
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  close(): void {
    this.registry.clear();
  }
}
