// `insightface data`: training sets from photos, what is in them, and what augmentation makes of them. Needs no training
// engine.
import type { Command } from 'commander';
import { addInfo } from './data/info.js';
import { addPrepare } from './data/prepare.js';
import { addSamples } from './data/samples.js';

export function addData(program: Command): void {
  const data = program.command('data').description('make and look at sets of faces to train on');
  addPrepare(data);
  addInfo(data);
  addSamples(data);
}
