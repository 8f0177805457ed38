// Sends absurd requests to a server that listens, and notes every answer that should not be.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type FuzzDocument, type FuzzRequest, FuzzRequests } from './fuzz-requests.js';
import { hostileImages } from './hostile-images.js';
import { mulberry32 } from './random.js';

export interface FuzzTally {
  requests: number;
  /** Answers by status; `0` where the server closed the connection on a request that is no HTTP. */
  statuses: Record<string, number>;
  /** What should not have happened, with the number of the request. */
  faults: string[];
  slowest: { what: string; milliseconds: number };
}

export interface FuzzTarget {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** An admin's, so that requests reach the code behind the door. */
  readonly key: string;
  readonly document: FuzzDocument;
  /** Texts that no answer may hold, such as the server's folder. */
  readonly secrets: readonly string[];
}

/** Longer than this for one request is a hang. */
const patience = 35_000;

/** What an answer must never hold: a stack, a place in the code, an errno, a file of the machine. */
const leaks = [
  /\bat [\w.<>[\] ]+ \(/,
  /node_modules|node:internal/,
  /\.[cm]?[jt]s:\d+/,
  /\bE(NOENT|ACCES|ISDIR|NOTDIR|CONNREFUSED|NETUNREACH|INVAL|PERM)\b/,
  /root:x:0|daemon:x:/,
  /\b(TypeError|RangeError|ReferenceError|SyntaxError)\b/,
  /Cannot read propert|is not a function|undefined is not|of undefined|of null/,
];

/** Sends `count` requests, a few at a time. */
export async function runFuzz(target: FuzzTarget, count: number, seed = 1): Promise<FuzzTally> {
  const random = mulberry32(seed);
  const requests = new FuzzRequests(target.document, await hostileImages(70, seed), random);
  const tally: FuzzTally = { requests: 0, statuses: {}, faults: [], slowest: { what: '', milliseconds: 0 } };
  const lane = async () => {
    while (tally.requests < count) {
      const number = tally.requests++;
      const request = requests.next();
      await attempt(target, request, number, keyHeaders(target.key, random), tally);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  await expectHealth(target, tally);
  return tally;
}

/** Most come with the key, some with none or a wrong one. */
function keyHeaders(key: string, random: () => number): Record<string, string> {
  const kind = random();
  if (kind < 0.04) return {};
  if (kind < 0.07) return { 'x-api-key': `ifk_${'A'.repeat(43)}` };
  if (kind < 0.09) return { authorization: `Bearer ${'x'.repeat(5000)}` };
  return kind < 0.5 ? { 'x-api-key': key } : { authorization: `Bearer ${key}` };
}

async function attempt(
  target: FuzzTarget,
  request: FuzzRequest,
  number: number,
  keys: Record<string, string>,
  tally: FuzzTally,
): Promise<void> {
  const what = `${number}: ${request.method} ${request.path.slice(0, 120)} (${request.headers['content-type'] ?? 'no body'})`;
  const start = performance.now();
  const { status, text } = await send(target.url, { ...request, headers: { ...request.headers, ...keys } });
  const milliseconds = performance.now() - start;
  tally.statuses[status] = (tally.statuses[status] ?? 0) + 1;
  if (status >= 500 && status !== 503) tally.faults.push(`${what}: ${status} ${text.slice(0, 300)}`);
  for (const leak of leaks)
    if (leak.test(text)) tally.faults.push(`${what}: the answer holds ${leak}: ${text.slice(0, 300)}`);
  for (const secret of target.secrets)
    if (text.includes(secret))
      tally.faults.push(`${what}: the answer holds ${secret}: ${text.slice(0, 300)}`);
  if (milliseconds >= patience) tally.faults.push(`${what}: took ${Math.round(milliseconds)} ms`);

  if (milliseconds > tally.slowest.milliseconds) tally.slowest = { what, milliseconds };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A connection that is closed in the middle of a body counts as 0. */
function send(url: string, { method, path, headers, body }: FuzzRequest): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise(resolve => {
    const sent = httpRequest(
      {
        hostname,
        port,
        method,
        path,
        agent: false,
        headers: { ...headers, ...(body.length > 0 && { 'content-length': String(body.length) }) },
      },
      response => void read(response).then(resolve),
    );
    sent.on('error', () => resolve({ status: 0, text: '' }));
    // Longer than this is a hang: it is told of by its time.
    sent.setTimeout(patience, () => sent.destroy());
    sent.end(body);
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Uint8Array);
  } catch {
    // What came before the connection broke counts.
  }
  const json = response.headers['content-type']?.includes('json') ?? false;
  // Pictures and the OpenAPI document may hold anything.
  const text = json ? Buffer.concat(chunks).toString() : '';
  return { status: response.statusCode ?? 0, text };
}

async function expectHealth(target: FuzzTarget, tally: FuzzTally): Promise<void> {
  const headers = { authorization: `Bearer ${target.key}` };
  const { status } = await send(target.url, {
    method: 'GET',
    path: '/v1/health',
    headers,
    body: new Uint8Array(),
  });
  if (status !== 200) tally.faults.push(`At the end the server answers ${status} when asked for its health.`);
}
