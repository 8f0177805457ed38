// What the load tool measures beside the answers: the server's event loop, queue and memory, as it tells of them.
import { readFileSync } from 'node:fs';
import type { ServerProcess } from './serve-process.js';

export interface ServerState {
  /** Milliseconds, 99th percentile since the last time this was asked. */
  readonly eventLoopLagP99: number;
  /** Sums since the start. */
  readonly images: number;
  readonly queueMs: number;
}

/** Reads `/metrics`; reading it also begins a new interval for the event loop's lag. */
export async function serverState({ url, key }: ServerProcess): Promise<ServerState> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  if (!response.ok) throw new Error(`/metrics answered ${response.status}.`);
  const text = await response.text();
  return {
    eventLoopLagP99: metric(text, 'nodejs_eventloop_lag_p99_seconds') * 1000,
    images: metric(text, 'insightface_queue_seconds_count'),
    queueMs: metric(text, 'insightface_queue_seconds_sum') * 1000,
  };
}

function metric(text: string, name: string): number {
  const values = text
    .split('\n')
    .filter(line => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .map(line => Number(line.split(' ').at(-1)));
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0);
}

/** Resident megabytes of a process, where the system tells. */
export function residentMegabytes(pid: number | undefined): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
