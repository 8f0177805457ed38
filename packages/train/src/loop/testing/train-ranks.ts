// What the ranks of distributed.test.ts run: `train-ranks.ts EXPERIMENT_FILE FOLDER`, with the run's folder and whether to
// resume in the file.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { distributed } from '@insightface-ts/torch';
import type { Experiment } from '../experiment.js';
import { train } from '../train.js';

const [file = '', folder = ''] = process.argv.slice(2);
const { experiment, out } = JSON.parse(readFileSync(file, 'utf8')) as { experiment: Experiment; out: string };
const collective = await distributed.init();
const result = await train(experiment, { out, resume: true, collective });
writeFileSync(join(folder, `${collective.rank}.json`), JSON.stringify(result));
collective.close();
