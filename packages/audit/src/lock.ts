// One writer at a time. LOCK names the process; where that can be looked up (same kernel, same process space) a dead
// one's lock is taken over at once, elsewhere (another machine or container on the same disk) after it has not been
// renewed for a while. Node has no file locks of the system.
import { randomUUID } from 'node:crypto';
import { link, readFile, readlink, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuditError, isSystemError } from './errors.js';

const renewMs = 3000;
const patienceMs = 15_000;

interface Holder {
  readonly pid: number;
  /** When the process started, in the kernel's ticks: a pid is used again. Empty where it cannot be known. */
  readonly started: string;
  /** Where pids mean the same thing. */
  readonly space: string;
  readonly host: string;
  readonly token: string;
}

/** A lock that is held. */
export class FolderLock {
  readonly #file: string;
  readonly #token: string;
  readonly #timer: NodeJS.Timeout;
  #lost = false;

  private constructor(file: string, token: string) {
    this.#file = file;
    this.#token = token;
    this.#timer = setInterval(() => void this.#renew(), renewMs).unref();
  }

  /** @throws AuditError `AUDIT_LOCKED` while another process writes. */
  static async acquire(folder: string): Promise<FolderLock> {
    const file = join(folder, 'LOCK');
    const token = randomUUID();
    const own = `${file}.${token}`;
    await writeFile(own, JSON.stringify(await thisProcess(token)), { mode: 0o600 });
    try {
      for (;;) {
        const taken = await link(own, file).catch(error => {
          if (isSystemError(error, 'EEXIST')) return 'held';
          throw error;
        });
        if (taken !== 'held') return new FolderLock(file, token);
        await removeStale(file, `${own}.stale`);
      }
    } finally {
      await rm(own, { force: true });
    }
  }

  /** Whether another process has taken the folder over. */
  get lost(): boolean {
    return this.#lost;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    if ((await readHolder(this.#file))?.token === this.#token) await rm(this.#file, { force: true });
  }

  async #renew(): Promise<void> {
    const holder = await readHolder(this.#file).catch(() => undefined);
    if (holder?.token !== this.#token) this.#lost = true;
    else await utimes(this.#file, new Date(), new Date()).catch(() => undefined);
  }
}

/** Whether a living process holds the folder's lock, as far as it can be told without waiting. */
export async function isBeingWritten(folder: string): Promise<boolean> {
  const file = join(folder, 'LOCK');
  const holder = await readHolder(file);
  if (!holder) return false;
  if (holder.space === (await processSpace())) return isAlive(holder);
  const info = await stat(file).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs < patienceMs;
}

async function removeStale(file: string, aside: string): Promise<void> {
  const holder = await readHolder(file);
  if (holder && holder.space === (await processSpace())) {
    if (await isAlive(holder)) throw locked(`the process ${holder.pid}`);
  } else if (await isRenewed(file)) throw locked(holder ? `a process on ${holder.host}` : 'another process');
  // Another process may have taken over meanwhile: its lock goes back.
  await rename(file, aside).catch(error => {
    if (!isSystemError(error, 'ENOENT')) throw error;
  });
  const moved = await readHolder(aside);
  if (moved && moved.token !== holder?.token) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

/** Watches a lock whose process cannot be looked up: it is in use when it is renewed. */
async function isRenewed(file: string): Promise<boolean> {
  const before = await stat(file).catch(() => undefined);
  for (let waited = 0; before && waited < patienceMs; waited += 250) {
    await sleep(250);
    const now = await stat(file).catch(() => undefined);
    if (!now) return false;
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) return true;
  }
  return false;
}

function locked(who: string): AuditError {
  return new AuditError(
    'AUDIT_LOCKED',
    `The audit log is being written by ${who}. Stop that one, or give this one a folder of its own.`,
  );
}

async function thisProcess(token: string): Promise<Holder> {
  const { pid } = process;
  return { pid, started: await startOf(pid), space: await processSpace(), host: hostname(), token };
}

async function isAlive({ pid, started }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isSystemError(error, 'ESRCH')) return false;
  }
  return (await startOf(pid)) === started;
}

/** Field 22 of /proc/PID/stat (proc(5)); the second field may hold spaces and brackets. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function processSpace(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => hostname());
  const space = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${boot.trim()} ${space}`.trim();
}

async function readHolder(file: string): Promise<Holder | undefined> {
  const text = await readFile(file, 'utf8').catch(error => {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}
