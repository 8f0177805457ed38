// What the ranks of distributed.test.ts run: `train-ranks.ts JOBS_FILE FOLDER`, one training after another.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { distributed, optim, type Tensor } from '@insightface-ts/torch';
import type { Experiment } from '../experiment.js';
import { train } from '../train.js';

/** A training that begins or goes on in the folder `out`. */
export interface Job {
  readonly experiment: Experiment;
  readonly out: string;
}

/** What a rank holds after a job: digests of weights and momentum of the network, and of the class centres. */
export interface Held {
  readonly step: number;
  readonly network: string;
  readonly centres: string;
}

// The training loop keeps its optimizers to itself; on every rank they hold all that learns.
const used = new Set<optim.Optimizer>();
const takeStep = optim.Optimizer.prototype.step;
optim.Optimizer.prototype.step = function () {
  used.add(this);
  takeStep.call(this);
};

function digest(tensors: readonly Tensor[]): string {
  const hash = createHash('sha256');
  for (const tensor of tensors) hash.update(Float32Array.from(tensor.data(), Number));
  return hash.digest('hex');
}

const [file = '', folder = ''] = process.argv.slice(2);
const jobs = JSON.parse(readFileSync(file, 'utf8')) as Job[];
const collective = await distributed.init();
const results: Held[] = [];
for (const { experiment, out } of jobs) {
  used.clear();
  const { step } = await train(experiment, { out, resume: true, collective });
  const [network = '', centres = ''] = [...used].map(optimizer =>
    digest([...optimizer.parameters(), ...optimizer.stateDict().tensors.values()]),
  );
  results.push({ step, network, centres });
}
writeFileSync(join(folder, `${collective.rank}.json`), JSON.stringify(results));
collective.close();
