// A trained network from wherever its weights lie.
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InsightFaceError } from 'insightface-ts';
import { type Backbone, type BackboneConfig, createBackbone, parseBackbone } from '../backbones/index.js';
import { loadWeights, weightsFile } from '../finetune/load-weights.js';

/**
 * Opens the network of a run (its best checkpoint, else its newest), of a checkpoint, or of a weights file.
 * @param backbone its name and options; needed for a weights file alone, for a run it stands in `experiment.json`.
 * @throws InsightFaceError `FILE_NOT_FOUND`, `INVALID_ARGUMENT`; TorchError `CHECKPOINT_INVALID`, `STATE_DICT_MISMATCH`.
 */
export async function openBackbone(source: string, backbone?: BackboneConfig): Promise<Backbone> {
  const config = backbone ?? (await backboneOfRun(source));
  const network = createBackbone(config);
  await loadWeights(network, source);
  return network.eval();
}

/** The folder of the run that a run's or checkpoint's path belongs to. */
export function runOf(source: string): string {
  const folder = dirname(weightsFile(source));
  return basename(dirname(folder)) === 'checkpoints' ? dirname(dirname(folder)) : folder;
}

async function backboneOfRun(source: string): Promise<BackboneConfig> {
  const file = join(runOf(source), 'experiment.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `${source} does not say which network it is for. Name it with --backbone, such as r50.`,
      { cause },
    );
  }
  try {
    return parseBackbone((JSON.parse(text) as { backbone?: unknown }).backbone);
  } catch (cause) {
    throw new InsightFaceError(
      'CHECKPOINT_INVALID',
      `${file} does not say which network it is for. Name it with --backbone, such as r50.`,
      { cause },
    );
  }
}
