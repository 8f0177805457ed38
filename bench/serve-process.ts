// Starts the server in a child process on a free port of the loopback, and ends it.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ServerProcess {
  readonly process: ChildProcess;
  readonly url: string;
  readonly key: string;
}

export interface ServerProcessOptions {
  /** Folder of the server's data. */
  readonly data: string;
  /** Default: a new one. Needed where the folder has one already. */
  readonly key?: string;
  readonly workers?: number;
}

/** A key of the form that the server makes. */
export function newKey(): string {
  return `ifk_${randomBytes(32).toString('base64url')}`;
}

/** None is to outlive us, however we end. */
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Resolves when the server listens. */
export async function startServerProcess({
  data,
  key = newKey(),
  workers,
}: ServerProcessOptions): Promise<ServerProcess> {
  const script = fileURLToPath(new URL('serve-child.js', import.meta.url));
  const options = JSON.stringify({ data, adminKey: key, ...(workers !== undefined && { workers }) });
  const child = spawn(process.execPath, [script, options], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  child.once('close', () => children.delete(child));
  for await (const line of createInterface({ input: child.stdout })) {
    const { url } = JSON.parse(line) as { url: string };
    return { process: child, url, key };
  }
  throw new Error(`The server ended before it listened, with code ${child.exitCode}.`);
}

/** Ends the server and waits for it. */
export async function endServerProcess(
  { process }: ServerProcess,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const closed = once(process, 'close');
  process.kill(signal);
  await closed;
}
