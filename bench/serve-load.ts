// Load: requests at a fixed rate whatever the answers (open loop), or so many clients that each wait for theirs
// (closed loop). In an open loop a latency counts from when the request was due, so that a stall is not left out.
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LoadTarget {
  readonly url: string;
  readonly key: string;
  /** Path with query that takes a picture in the field `image`. */
  readonly path: string;
  readonly photos: readonly Uint8Array[];
}

export interface LoadResult {
  sent: number;
  /** Answers with status 200. */
  accepted: number;
  /** Answers with status 503. */
  refused: number;
  /** Anything else, by status; 0 is a connection that broke. */
  errors: Record<string, number>;
  /** Accepted answers a second. */
  throughput: number;
  /** Milliseconds of accepted answers. */
  latency: Quantiles;
  /** Milliseconds of refusals. */
  refusal: Quantiles;
}

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

interface Sample {
  readonly status: number;
  readonly milliseconds: number;
}

/** `rate` requests a second for `seconds`, evenly spaced. */
export async function openLoop(target: LoadTarget, rate: number, seconds: number): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true });
  const start = performance.now();
  const pending: Promise<Sample>[] = [];
  const total = Math.round(rate * seconds);
  for (let index = 0; index < total; index++) {
    const due = start + (index / rate) * 1000;
    const early = due - performance.now();
    if (early > 1) await sleep(early);
    pending.push(send(target, index, agent, due));
  }
  const samples = await Promise.all(pending);
  const elapsed = (performance.now() - start) / 1000;
  agent.destroy();
  return summarize(samples, elapsed);
}

/** `clients` that each send the next request when the last is answered, for `seconds`. */
export async function closedLoop(target: LoadTarget, clients: number, seconds: number): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const start = performance.now();
  const samples: Sample[] = [];
  let next = 0;
  const client = async () => {
    while (performance.now() - start < seconds * 1000)
      samples.push(await send(target, next++, agent, performance.now()));
  };
  await Promise.all(Array.from({ length: clients }, client));
  const elapsed = (performance.now() - start) / 1000;
  agent.destroy();
  return summarize(samples, elapsed);
}

function send(target: LoadTarget, index: number, agent: Agent, due: number): Promise<Sample> {
  const photo = target.photos[index % target.photos.length] ?? new Uint8Array();
  const body = multipart(photo);
  const headers = {
    authorization: `Bearer ${target.key}`,
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'content-length': String(body.length),
  };
  return new Promise(resolve => {
    const done = (status: number) => resolve({ status, milliseconds: performance.now() - due });
    const sent = httpRequest(target.url + target.path, { method: 'POST', headers, agent }, response => {
      response.resume();
      response.on('end', () => done(response.statusCode ?? 0));
      response.on('error', () => done(0));
    });
    sent.on('error', () => done(0));
    sent.end(body);
  });
}

const boundary = '----insightface-load';
const head = Buffer.from(
  `--${boundary}\r\ncontent-disposition: form-data; name="image"; filename="photo.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`,
);
const tail = Buffer.from(`\r\n--${boundary}--\r\n`);

function multipart(photo: Uint8Array): Buffer {
  return Buffer.concat([head, photo, tail]);
}

function summarize(samples: readonly Sample[], seconds: number): LoadResult {
  const of = (status: number) =>
    samples.filter(sample => sample.status === status).map(({ milliseconds }) => milliseconds);
  const accepted = of(200);
  const refused = of(503);
  const errors: Record<string, number> = {};
  for (const { status } of samples)
    if (status !== 200 && status !== 503) errors[status] = (errors[status] ?? 0) + 1;
  return {
    sent: samples.length,
    accepted: accepted.length,
    refused: refused.length,
    errors,
    throughput: accepted.length / seconds,
    latency: quantiles(accepted),
    refusal: quantiles(refused),
  };
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
