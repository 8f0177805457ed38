// Two machines in one: two network namespaces, joined by a virtual cable, each with its own address and host name and a
// launcher with one rank. Run by start-hosts.ts inside namespaces of its own, so that nothing of it outlives this
// process: `two-hosts.ts PROGRAM SCENARIO FOLDER none|kill|cut`. Prints how both launchers ended, as JSON.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { collect, RUN_SOURCE } from './start-ranks.js';

const LAUNCH = fileURLToPath(new URL('./launch-host.ts', import.meta.url));
const HOSTS = [
  { name: 'host-a', address: '10.77.0.1', device: 'cable-a' },
  { name: 'host-b', address: '10.77.0.2', device: 'cable-b' },
] as const;

const [program = '', scenario = '', folder = '', accident = 'none'] = process.argv.slice(2);

const ip = (...words: string[]) => execFileSync('ip', words, { stdio: 'pipe' });

execFileSync('mount', ['-t', 'tmpfs', 'none', '/run']);
mkdirSync('/run/netns');
for (const { name } of HOSTS) ip('netns', 'add', name);
ip('link', 'add', HOSTS[0].device, 'type', 'veth', 'peer', 'name', HOSTS[1].device);
for (const { name, address, device } of HOSTS) {
  ip('link', 'set', device, 'netns', name);
  ip('-n', name, 'address', 'add', `${address}/24`, 'dev', device);
  ip('-n', name, 'link', 'set', device, 'up');
  ip('-n', name, 'link', 'set', 'lo', 'up');
}

const launchers = HOSTS.map(({ name }, rank) => {
  const renamed = ['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', name];
  const command = [...renamed, process.execPath, RUN_SOURCE, LAUNCH, String(rank), HOSTS[0].address, program];
  const child = spawn('ip', ['netns', 'exec', name, ...command, scenario, folder]);
  const output = collect();
  child.stdout.pipe(output.stream, { end: false });
  child.stderr.pipe(output.stream, { end: false });
  return { output, ended: once(child, 'close') };
});

const pidOf = (index: number) => / ready (\d+)/.exec(launchers[index]?.output.text() ?? '')?.[1];
const started = Date.now();
while (accident !== 'none' && !(pidOf(0) && pidOf(1)) && Date.now() - started < 60_000) await sleep(20);
const from = Date.now();
if (accident === 'kill') process.kill(Number(pidOf(1)), 'SIGKILL');
if (accident === 'cut') ip('-n', HOSTS[1].name, 'link', 'set', HOSTS[1].device, 'down');
const hosts = [];
for (const { output, ended } of launchers) {
  const [code] = await ended;
  hosts.push({ code, text: output.text(), seconds: (Date.now() - from) / 1000 });
}
console.log(JSON.stringify(hosts));
