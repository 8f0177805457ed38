// Writes to an audit log until it is killed, or (`full`) until the disk takes no more and then takes more again. Standard output tells what was
// acknowledged: number and hash of a record a line; then, with `full`, the codes of the failures.
import { execFileSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { AuditLog } from '@insightface-ts/audit';

const lanes = 8;
const [folder = '', mode = ''] = process.argv.slice(2);
const log = await AuditLog.open(folder, { segmentRecords: 200, checkpointRecords: 20 });
const tell = (line: string) => writeSync(1, `${line}\n`);
const append = async (lane: number) => {
  const { seq, hash } = await log.append({ action: 'enroll', actor: `lane-${lane}`, outcome: 'done' });
  tell(`${seq} ${hash}`);
};

if (mode === 'full') {
  const codes: unknown[] = [];
  while (codes.length < 3)
    await append(0).catch(error =>
      codes.push(error instanceof Error && 'code' in error ? error.code : error),
    );
  // A limit on the size of files stands in for the full disk. Now there is space again.
  execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited:']);
  for (let more = 0; more < 10; more++) await append(1);
  await log.close();
  tell(`codes ${codes.join()}`);
} else
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (;;) await append(lane);
    }),
  );
