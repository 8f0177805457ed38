// Starts and stops the PostgreSQL of the tests. Not part of the published library.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A PostgreSQL that can be stopped and started again with the same data and port. */
export class PostgresServer {
  readonly #folder: string;
  #process: ChildProcess | undefined;
  #port = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(): Promise<PostgresServer> {
    const server = new PostgresServer(await mkdtemp(join(tmpdir(), 'insightface-postgres-')));
    await server.restart();
    return server;
  }

  get url(): string {
    return `postgres://postgres:not-a-secret@127.0.0.1:${this.#port}/postgres`;
  }

  async restart(): Promise<void> {
    await this.stop();
    const script = fileURLToPath(new URL('postgres-server.mjs', import.meta.url));
    const child = spawn(process.execPath, [script, join(this.#folder, 'data'), String(this.#port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    const [line] = (await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => {
        throw new Error('The PostgreSQL of the tests did not start.');
      }),
    ])) as [Buffer];
    this.#port = Number(line.toString());
  }

  /** At once, as a power cut does. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
