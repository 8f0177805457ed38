// Kills the server in the middle of enrolments and looks for what it had acknowledged.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyAudit } from '@insightface-ts/audit';
import { createClient, form, InsightFaceClientError } from '@insightface-ts/client';
import { endServerProcess, newKey, type ServerProcess, startServerProcess } from './serve-process.js';

export interface FaultResult {
  kills: number;
  /** Enrolments and deletions that were acknowledged. */
  enrolled: number;
  removed: number;
  /** What was acknowledged and is not so. */
  lost: string[];
  /** The audit log after all kills. */
  audit: string;
}

const clients = 4;

/**
 * Each round starts the server on the same folder, lets clients enrol and delete people, and kills it at a random
 * moment between 50 and 450 ms after the first acknowledgement.
 */
export async function killServer(
  photos: readonly Uint8Array[],
  rounds: number,
  random: () => number,
  onRound?: (round: number) => void,
): Promise<FaultResult> {
  const data = await mkdtemp(join(tmpdir(), 'serve-faults-'));
  const key = newKey();
  const there = new Set<string>();
  const gone = new Set<string>();
  /** Deletions that were asked for and not acknowledged: either is right. */
  const open = new Set<string>();
  const result: FaultResult = { kills: 0, enrolled: 0, removed: 0, lost: [], audit: '' };
  try {
    for (let round = 0; round < rounds; round++) {
      const server = await startServerProcess({ data, key, workers: 1 });
      let acknowledged = 0;
      const lanes = Array.from({ length: clients }, (_, lane) =>
        enrolUntilKilled(server, photos, `${round}-${lane}`, {
          enrolled: id => {
            acknowledged++;
            there.add(id);
          },
          removing: id => {
            there.delete(id);
            open.add(id);
          },
          removed: id => {
            acknowledged++;
            open.delete(id);
            gone.add(id);
          },
        }),
      );
      while (acknowledged === 0 && server.process.exitCode === null) await sleep(2);
      await sleep(50 + random() * 400);
      await endServerProcess(server, 'SIGKILL');
      await Promise.all(lanes);
      result.kills++;
      onRound?.(round);
    }
    result.enrolled = there.size + gone.size + open.size;
    result.removed = gone.size;
    await compare(data, key, photos, there, gone, result);
    const audit = await verifyAudit(join(data, 'audit'));
    result.audit = audit.ok ? `whole, ${audit.records} records` : `broken at ${audit.seq}: ${audit.reason}`;
  } finally {
    await rm(data, { recursive: true, force: true });
  }
  return result;
}

interface Ledger {
  enrolled(id: string): void;
  removing(id: string): void;
  removed(id: string): void;
}

async function enrolUntilKilled(
  { url, key }: ServerProcess,
  photos: readonly Uint8Array[],
  prefix: string,
  ledger: Ledger,
): Promise<void> {
  const client = createClient({ url, key });
  try {
    for (let index = 0; ; index++) {
      const body = form({ name: `${prefix}-${index}`, images: [photos[index % photos.length]] });
      const { person } = await client.request('POST /v1/people', { body });
      ledger.enrolled(person.id);
      if (index % 4 !== 3) continue;
      ledger.removing(person.id);
      await client.request('DELETE /v1/people/{id}', { path: { id: person.id } });
      ledger.removed(person.id);
    }
  } catch (error) {
    if (!(error instanceof InsightFaceClientError) || error.code !== 'UNREACHABLE') throw error;
  }
}

async function compare(
  data: string,
  key: string,
  photos: readonly Uint8Array[],
  there: ReadonlySet<string>,
  gone: ReadonlySet<string>,
  result: FaultResult,
): Promise<void> {
  const server = await startServerProcess({ data, key, workers: 1 });
  try {
    const client = createClient({ url: server.url, key });
    const found = new Set<string>();
    let after: string | undefined;
    do {
      const page = await client.request('GET /v1/people', { query: { limit: 100, ...(after && { after }) } });
      for (const { id } of page.people) found.add(id);
      after = page.next ?? undefined;
    } while (after !== undefined);
    for (const id of there) if (!found.has(id)) result.lost.push(`${id} was enrolled and is not there`);
    for (const id of gone) if (found.has(id)) result.lost.push(`${id} was deleted and is there`);
    const { faces } = await client.request('POST /v1/search', {
      body: form({ image: photos[0] }),
      query: { limit: 1 },
    });
    const similarity = faces[0]?.matches[0]?.similarity ?? 0;
    if (similarity < 0.99) result.lost.push(`the first photo finds its person with ${similarity} only`);
  } finally {
    await endServerProcess(server, 'SIGTERM');
  }
}
