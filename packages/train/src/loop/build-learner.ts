// From an experiment to what learns: network, classifier, optimizers, in the order in which random numbers are drawn.
import { distributed, gainsByPrecision, info, LossScaler, manualSeed, optim } from '@insightface-ts/torch';
import { InsightFaceError } from 'insightface-ts';
import { createBackbone } from '../backbones/index.js';
import { createClassifier } from '../classifiers/index.js';
import { chooseParameters, type LearningGroup } from '../finetune/choose-parameters.js';
import { loadWeights } from '../finetune/load-weights.js';
import { createLoss } from '../losses/index.js';
import type { Learner } from './checkpoint.js';
import type { Experiment } from './experiment.js';

/**
 * Makes everything with random weights from the seed, loads what fine-tuning starts from, and freezes what it names.
 * @throws InsightFaceError `EXPERIMENT_INVALID`, `FILE_NOT_FOUND`; TorchError `STATE_DICT_MISMATCH`.
 */
export async function buildLearner(
  experiment: Experiment,
  classes: number,
  collective: distributed.Collective,
): Promise<Learner> {
  const { seed, device, precision, finetune } = experiment;
  if (device !== 'cpu' && !info().cuda)
    throw new InsightFaceError(
      'EXPERIMENT_INVALID',
      `device is '${device}', but the libtorch in use has no CUDA. Set up one that has with LIBTORCH=FOLDER npm run setup:torch, or take 'cpu'.`,
    );
  if (!gainsByPrecision(precision, device))
    throw new InsightFaceError(
      'EXPERIMENT_INVALID',
      `precision is '${precision}', in which this processor is slower than in 'float32'. Take that, or a GPU as device.`,
    );
  manualSeed(seed);
  const backbone = createBackbone(experiment.backbone);
  if (experiment.distributed.syncBatchNorm) distributed.synchronizeBatchNorm(backbone, collective);
  const classifier = createClassifier(experiment.classifier, {
    marginLoss: createLoss(experiment.loss),
    embeddingSize: backbone.embeddingSize,
    ...{ classes, seed, collective },
  });
  if (finetune) await loadWeights(backbone, finetune.from);
  if (experiment.distributed.syncBatchNorm) distributed.synchronizeBatchNorm(backbone, collective);
  if (device !== 'cpu') {
    backbone.to({ device });
    classifier.to({ device });
  }
  const groups = chooseParameters(backbone, finetune?.train);
  // What a network drops is drawn by each rank for itself.
  manualSeed(seed + collective.rank);
  return {
    backbone,
    classifier,
    backboneOptimizer: createOptimizer(experiment.optimizer, groups),
    classifierOptimizer: createOptimizer(experiment.optimizer, [
      { parameters: classifier.parameters(), factor: 1 },
    ]),
    scaler: precision === 'float16' ? new LossScaler() : undefined,
    isSharded: experiment.classifier.name === 'partialFc',
  };
}

function createOptimizer(
  settings: Experiment['optimizer'],
  groups: readonly LearningGroup[],
): optim.Optimizer {
  const options = groups.map(({ parameters, factor }) => ({ parameters, lr: settings.lr * factor }));
  const { lr, weightDecay } = settings;
  if (settings.name === 'adamw') return new optim.AdamW(options, { lr, weightDecay });
  return new optim.Sgd(options, { lr, weightDecay, momentum: settings.momentum });
}
