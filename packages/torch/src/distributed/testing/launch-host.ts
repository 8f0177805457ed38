// One machine's launcher: `launch-host.ts MACHINE MASTER PROGRAM SCENARIO FOLDER`. Ends with the failed rank's exit code.
import { launch, RankFailure } from '../launcher.js';
import { RUN_SOURCE } from './start-ranks.js';

const [machine = '', masterAddr = '', program = '', scenario = '', folder = ''] = process.argv.slice(2);

try {
  await launch({
    script: RUN_SOURCE,
    nproc: 1,
    args: [program, scenario, folder],
    execArgv: [],
    nodes: { count: 2, rank: Number(machine), masterAddr, masterPort: 29_500 },
  });
} catch (error) {
  if (!(error instanceof RankFailure)) throw error;
  console.log(error.message);
  process.exitCode = error.exitCode;
}
