// What kill.test.ts runs: `train-and-die.ts JOB_FILE`. At a step the process is killed, as by a power cut.
import { readFileSync } from 'node:fs';
import type { Experiment } from '../experiment.js';
import { train } from '../train.js';

export interface Job {
  readonly experiment: Experiment;
  readonly out: string;
  readonly step: number;
}

const job = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Job;
await train(job.experiment, {
  out: job.out,
  onProgress: ({ step }) => {
    if (step === job.step) process.kill(process.pid, 'SIGKILL');
  },
});
