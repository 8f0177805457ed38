// 10,000 absurd requests to a server: no status of 500 or above but 503, no crash, nothing internal in an answer.
// --count and --seed choose others; --json prints one object.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { FuzzDocument } from './fuzz-requests.js';
import { runFuzz } from './fuzz-run.js';
import { machine } from './machine.js';
import { endServerProcess, startServerProcess } from './serve-process.js';
import { residentMegabytes } from './serve-report.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});

const data = await mkdtemp(join(tmpdir(), 'fuzz-'));
const server = await startServerProcess({ data });
try {
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as FuzzDocument;
  const target = { url: server.url, key: server.key, document, secrets: [data, process.cwd()] };
  const tally = await runFuzz(target, Number(values.count), Number(values.seed));
  if (server.process.exitCode !== null)
    tally.faults.push(`The server ended with code ${server.process.exitCode}.`);
  const megabytes = Math.round(residentMegabytes(server.process.pid));
  if (values.json) console.log(JSON.stringify({ ...tally, megabytes }));
  else {
    console.log(machine);
    console.log(`${tally.requests} requests, ${tally.faults.length} faults; the server has ${megabytes} MB`);
    console.log(`Statuses: ${JSON.stringify(tally.statuses)}`);
    console.log(`Slowest: ${Math.round(tally.slowest.milliseconds)} ms, ${tally.slowest.what}`);
    for (const fault of tally.faults) console.log(`  ${fault}`);
  }
  if (tally.faults.length > 0) process.exitCode = 1;
} finally {
  await endServerProcess(server, 'SIGTERM');
  await rm(data, { recursive: true, force: true });
}
