// Kills a process that writes to an audit log, and looks for what it had said was safe.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuditLog, searchAudit, verifyAudit } from '@insightface-ts/audit';

export interface KillResult {
  kills: number;
  acknowledged: number;
  /** Acknowledged records that are not there, or are others. */
  lost: string[];
  /** Why the log was not whole after it had been opened again. */
  broken: string[];
  /** How often an unfinished write was cut off. */
  recovered: number;
}

/** `command` starts a writer when the folder is appended. */
export async function killAuditWriters(
  folder: string,
  kills: number,
  command: readonly [string, ...string[]],
  random: () => number,
): Promise<KillResult> {
  const result: KillResult = { kills, acknowledged: 0, lost: [], broken: [], recovered: 0 };
  const said = new Map<number, string>();
  const [program, ...parameters] = command;
  for (let kill = 0; kill < kills; kill++) {
    const child = spawn(program, [...parameters, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(child, 'close');
    const lines = createInterface({ input: child.stdout });
    const first = once(lines, 'line');
    lines.on('line', line => {
      const [seq, hash = ''] = line.split(' ');
      said.set(Number(seq), hash);
    });
    await Promise.race([first, closed]);
    await sleep(random() * 60);
    child.kill('SIGKILL');
    await closed;
    // Every second time the next writer itself finds what was left.
    if (kill % 2 === 0) await (await AuditLog.open(folder)).close();
  }
  await (await AuditLog.open(folder)).close();
  const verified = await verifyAudit(folder);
  if (!verified.ok) result.broken.push(verified.message);
  for await (const { seq, hash, action } of searchAudit(folder)) {
    if (action === 'log.recovered') result.recovered++;
    if (said.has(seq) && said.get(seq) !== hash) result.lost.push(`${seq} is another record`);
    else if (said.delete(seq)) result.acknowledged++;
  }
  result.lost.push(...[...said.keys()].map(seq => `${seq} is not there`));
  return result;
}
