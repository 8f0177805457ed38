// Two machines in one, from the outside: see two-hosts.ts.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RANK_PROGRAM, RUN_SOURCE } from './start-ranks.js';

const TWO_HOSTS = fileURLToPath(new URL('./two-hosts.ts', import.meta.url));
// Without root, a user namespace gives the right to make the others.
const NAMESPACES = [...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--net', '--mount'];
const run = promisify(execFile);

/** How the launcher of a host ended. */
export interface Host {
  readonly code: number;
  readonly text: string;
  /** From the accident to the end. */
  readonly seconds: number;
}

/** Runs a program with one rank on each host; it gets the scenario and the folder, which both hosts share. */
export async function twoHosts(
  scenario: string,
  folder: string,
  accident: 'none' | 'kill' | 'cut',
  program = RANK_PROGRAM,
): Promise<[Host, Host]> {
  await requireNamespaces();
  const words = [TWO_HOSTS, program, scenario, folder, accident];
  const { stdout } = await run('unshare', [...NAMESPACES, process.execPath, RUN_SOURCE, ...words]);
  return JSON.parse(stdout) as [Host, Host];
}

async function requireNamespaces(): Promise<void> {
  const works = (command: string, words: string[]) =>
    run(command, words).then(
      () => true,
      () => false,
    );
  if (!(await works('ip', ['-V'])))
    throw new Error('This test needs the command ip: apt-get install iproute2');
  if (!(await works('unshare', [...NAMESPACES, 'true'])))
    throw new Error(
      'This test needs network namespaces: Linux with unshare (apt-get install util-linux), as root or with unprivileged user namespaces allowed.',
    );
}
