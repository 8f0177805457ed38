// Weights to start from: a run, one of its checkpoints, or a file of another program.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { files } from '@insightface-ts/torch';
import { InsightFaceError } from 'insightface-ts';
import type { Backbone } from '../backbones/backbone.js';
import { backboneFile } from '../loop/checkpoint.js';
import { bestCheckpoint } from '../loop/run-folder.js';

/**
 * The file with the backbone's weights: of a run, its best checkpoint, else its newest; of a checkpoint, its own.
 * @throws InsightFaceError `FILE_NOT_FOUND`.
 */
export function weightsFile(source: string): string {
  const info = statSync(source, { throwIfNoEntry: false });
  if (!info)
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `There is no checkpoint or run at ${source}. Check the path.`,
    );
  if (!info.isDirectory()) return source;
  const checkpoint = bestCheckpoint(source);
  const file = join(checkpoint?.folder ?? source, backboneFile);
  if (!statSync(file, { throwIfNoEntry: false }))
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `${source} holds no checkpoint. Give a run's folder or one in it.`,
    );
  return file;
}

/**
 * Loads weights into a backbone. `.pth` files are read without running anything in them.
 * @throws InsightFaceError `FILE_NOT_FOUND`; TorchError `CHECKPOINT_INVALID`, `STATE_DICT_MISMATCH`.
 */
export async function loadWeights(backbone: Backbone, source: string): Promise<void> {
  await files.loadStateDictFile(backbone, weightsFile(source));
}
