// The audit log: how fast it writes and is verified; whether damage of every kind is found in a log of 10,000 records,
// each time; whether kill -9 loses anything. `--trials N`, `--records N`, `--kills N`, `--json`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AuditLog, verifyAudit } from '@insightface-ts/audit';
import { damageTrials, makeLog } from './audit-damage.js';
import { killAuditWriters } from './audit-kills.js';
import { machine } from './machine.js';
import { mulberry32 } from './random.js';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '1000' },
    records: { type: 'string', default: '10000' },
    kills: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
  },
});
const folder = await mkdtemp(join(tmpdir(), 'insightface-audit-'));
const event = {
  action: 'verify',
  actor: 'key-1',
  tenant: 'default',
  outcome: 'accepted',
  score: 0.7,
} as const;
const since = (start: number) => (performance.now() - start) / 1000;

async function writeSpeed() {
  const log = await AuditLog.open(join(folder, 'speed'));
  let start = performance.now();
  for (let count = 0; count < 300; count++) await log.append({ ...event, requestId: `request-${count}` });
  const oneByOne = 300 / since(start);
  start = performance.now();
  for (let round = 0; round < 50; round++)
    await Promise.all(Array.from({ length: 1000 }, () => log.append(event)));
  const together = 50_000 / since(start);
  await log.close();
  start = performance.now();
  const result = await verifyAudit(log.folder);
  return { oneByOne, together, verified: result.ok ? result.records / since(start) : 0 };
}

/** A log that was cut back to an earlier whole state with an old HEAD: only the anchor knows. */
async function cutAtCheckpoint() {
  const [place, copy, anchor] = ['cut', 'cut-copy', 'cut-anchors.jsonl'].map(name => join(folder, name));
  const { cp } = await import('node:fs/promises');
  const log = await AuditLog.open(place!, { anchor: anchor! });
  await Promise.all(Array.from({ length: 500 }, () => log.append(event)));
  await log.checkpoint();
  await cp(place!, copy!, { recursive: true });
  await rm(join(copy!, 'LOCK'));
  await Promise.all(Array.from({ length: 500 }, () => log.append(event)));
  await log.close();
  const without = await verifyAudit(copy!);
  const withAnchor = await verifyAudit(copy!, { anchor: anchor! });
  return { wholeWithoutAnchor: without.ok, foundByAnchor: !withAnchor.ok && withAnchor.reason === 'anchor' };
}

try {
  const speed = await writeSpeed();
  const log = join(folder, 'damage');
  await makeLog(log, Number(values.records), join(folder, 'anchors.jsonl'));
  const damage = await damageTrials(log, Number(values.trials), mulberry32(4));
  const cut = await cutAtCheckpoint();
  const child = fileURLToPath(new URL('./audit-child.js', import.meta.url));
  const kills = await killAuditWriters(
    join(folder, 'kills'),
    Number(values.kills),
    [process.execPath, child],
    mulberry32(9),
  );
  const passed =
    damage.found === damage.trials &&
    damage.failures.length === 0 &&
    cut.foundByAnchor &&
    kills.lost.length + kills.broken.length === 0;
  if (values.json) console.log(JSON.stringify({ machine, speed, damage, cut, kills, passed }));
  else {
    console.log(machine);
    console.log(`append, one after another   ${speed.oneByOne.toFixed(0)} records/s, each on the disk`);
    console.log(`append, 1000 at once        ${speed.together.toFixed(0)} records/s`);
    console.log(`verify                      ${speed.verified.toFixed(0)} records/s`);
    console.log(
      `damage found                ${damage.found} of ${damage.trials} (${values.records} records)`,
    );
    console.log(`  at the right record       ${damage.located} of ${damage.placed}`);
    for (const [kind, count] of Object.entries(damage.byDamage))
      console.log(`  ${String(count).padStart(5)}  ${kind}`);
    for (const failure of damage.failures.slice(0, 10)) console.log(`  ${failure}`);
    console.log(`cut at a checkpoint         ${cut.foundByAnchor ? 'found by the anchor' : 'NOT FOUND'}`);
    console.log(`kill -9                     ${kills.kills}; ${kills.acknowledged} records acknowledged`);
    console.log(`  lost                      ${kills.lost.length} ${kills.lost.slice(0, 3).join(', ')}`);
    console.log(`  not whole                 ${kills.broken.length} ${kills.broken.slice(0, 3).join(', ')}`);
    console.log(`  unfinished writes cut     ${kills.recovered}`);
    console.log(passed ? 'passed' : 'FAILED');
  }
  process.exitCode = passed ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
