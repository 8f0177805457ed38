export { runSweep, type SweepOptions } from './run-sweep.js';
export { readSweep, type Sweep, sweepSchema } from './sweep-file.js';
export { sweepReport, sweepRows, type TrialResult } from './sweep-report.js';
export { listTrials, type Trial } from './trials.js';
