// How good a pack is on data of yours, by the protocols of the field.
import type { Command } from 'commander';
import { addDetection } from './eval/detection.js';
import { addIdentification } from './eval/identification.js';
import { addVerification } from './eval/verification.js';

export function addEval(program: Command): void {
  const group = program
    .command('eval')
    .description('measure a pack on labelled images: pairs, people, or boxes')
    .addHelpText(
      'after',
      `
Examples:
  insightface eval verification --images lfw --pairs pairs.txt --report lfw.html
  insightface eval verification --bin agedb_30.bin --pack ~/.insightface/models/buffalo_l --flip
  insightface eval identification --images people/
  insightface eval detection --images photos --truth boxes.txt --json`,
    );
  addVerification(group);
  addIdentification(group);
  addDetection(group);
}
