// One machine's launcher: `launch-host.ts MACHINE MASTER SCENARIO FOLDER`. Ends with the failed rank's exit code.
import { launch, RankFailure } from '../launcher.js';
import { RANK_PROGRAM, RUN_SOURCE } from './start-ranks.js';

const [machine = '', masterAddr = '', scenario = '', folder = ''] = process.argv.slice(2);

try {
  await launch({
    script: RUN_SOURCE,
    nproc: 1,
    args: [RANK_PROGRAM, scenario, folder],
    execArgv: [],
    nodes: { count: 2, rank: Number(machine), masterAddr, masterPort: 29_500 },
  });
} catch (error) {
  if (!(error instanceof RankFailure)) throw error;
  console.log(error.message);
  process.exitCode = error.exitCode;
}
