// Random kill -9 while people are enrolled and removed by two processes at once: whoever was acknowledged must be
// there, the gallery must open, and nobody may be half there. `--rounds N` (two kills each, default 50), `--json`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { killWriters } from './durability-rounds.js';
import { machine } from './machine.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '50' }, json: { type: 'boolean', default: false } },
});
const rounds = Number(values.rounds);
const folder = await mkdtemp(join(tmpdir(), 'insightface-durability-'));
const child = fileURLToPath(new URL('./durability-child.js', import.meta.url));
try {
  const result = await killWriters(
    join(folder, 'people'),
    rounds,
    [process.execPath, child],
    Math.random,
    round => {
      if (process.stderr.isTTY) process.stderr.write(`\r${round + 1} of ${rounds} rounds`);
    },
  );
  const passed = result.lost.length === 0 && result.half.length === 0 && result.stuck === 0;
  if (values.json) console.log(JSON.stringify({ ...result, passed }));
  else {
    console.log(machine);
    console.log(`kill -9          ${result.kills}, two processes writing to one gallery`);
    console.log(`acknowledged     ${result.enrolled} enrolments, ${result.removed} removals`);
    console.log(`lost             ${result.lost.length} ${result.lost.slice(0, 5).join(', ')}`);
    console.log(`half there       ${result.half.length} ${result.half.slice(0, 5).join(', ')}`);
    console.log(`writers stuck    ${result.stuck}`);
    console.log(passed ? 'passed' : 'FAILED');
  }
  process.exitCode = passed ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
