// One process at a time does a thing, such as downloading an origin: a lock file that a crashed process cannot hold for
// long.
import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfAborted } from '../../abort.js';
import { writing } from './write-file.js';

/** A holder renews its lock this often, in milliseconds. */
const renewal = 5_000;
/** A lock that was not renewed for so long has lost its holder. */
const staleAfter = 30_000;

/** What {@link withLock} does while another process holds the lock. */
export interface LockOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Called while another process holds the lock, again and again; what it throws ends the waiting. */
  readonly onBusy?: () => void;
}

/**
 * Runs `work` while this process holds the lock file; waits for another process that has it.
 * @throws InsightFaceError `ABORTED`, `WRITE_FAILED`; and what `work` throws.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  { signal, onBusy }: LockOptions = {},
): Promise<T> {
  await writing(path, () => mkdir(dirname(path), { recursive: true }));
  while (!(await acquire(path))) {
    if (await isStale(path)) await breakLock(path);
    else {
      onBusy?.();
      await sleep(100);
    }
    throwIfAborted(signal);
  }
  const timer = setInterval(() => {
    const now = new Date();
    // A lock whose time cannot be renewed only ages; the download itself goes on.
    utimes(path, now, now).catch(() => undefined);
  }, renewal);
  timer.unref();
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await rm(path, { force: true });
  }
}

async function acquire(path: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx');
    try {
      await handle.writeFile(JSON.stringify({ pid: process.pid, host: hostname() }));
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    return writing(path, () => Promise.reject(error));
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > staleAfter) return true;
    const { pid, host } = JSON.parse(await readFile(path, 'utf8')) as { pid: number; host: string };
    return host === hostname() && !isRunning(pid);
  } catch {
    // Gone by now, or its holder has not written it yet.
    return false;
  }
}

/** Of several processes that see a stale lock one removes it, and looks again first. */
async function breakLock(path: string): Promise<void> {
  const breaker = `${path}.break`;
  try {
    await (await open(breaker, 'wx')).close();
  } catch {
    const age = await stat(breaker).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > staleAfter) await rm(breaker, { force: true });
    return;
  }
  try {
    if (await isStale(path)) await rm(path, { force: true });
  } finally {
    await rm(breaker, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
