import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addAnalyze } from './commands/analyze.js';
import { addAudit } from './commands/audit.js';
import { addCluster } from './commands/cluster.js';
import { addData } from './commands/data.js';
import { addDemo } from './commands/demo.js';
import { addDoctor } from './commands/doctor.js';
import { addDraw } from './commands/draw.js';
import { addEnroll } from './commands/enroll.js';
import { addEval } from './commands/eval.js';
import { addExport } from './commands/export.js';
import { addGallery } from './commands/gallery.js';
import { addIdentify } from './commands/identify.js';
import { addModels } from './commands/models.js';
import { addServe } from './commands/serve.js';
import { addSummary } from './commands/summary.js';
import { addTrain } from './commands/train.js';
import { addVerify } from './commands/verify.js';
import { visibleLines } from './terminal.js';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The whole command. */
export const program = new Command('insightface')
  .description('Find, describe and recognise faces in photos.')
  .version(manifest.version)
  .showHelpAfterError('(add --help for examples)')
  // It repeats what was typed, or what a script passed on.
  .configureOutput({ writeErr: text => process.stderr.write(visibleLines(text)) });

for (const add of [
  ...[addDemo, addAnalyze, addDraw, addVerify, addEnroll, addIdentify, addGallery, addCluster],
  ...[addServe, addAudit, addEval, addData, addTrain, addExport, addSummary, addModels, addDoctor],
])
  add(program);
