// One step of the optimizers: forward, backward, clip, step, on one or more batches.
import {
  distributed,
  type nn,
  ops,
  optim,
  type Precision,
  type Tensor,
  tensor,
  tidy,
  withPrecision,
} from '@insightface-ts/torch';
import type { Batch } from '../data/loader/batch-loader.js';
import type { Learner } from './checkpoint.js';
import { normalizePixels } from './embed.js';
import type { LossWatch } from './loss-watch.js';

export interface StepSettings {
  /** Number of the step, from 0, and its learning rate: for messages. */
  readonly step: number;
  readonly lr: number;
  /** 0: no clipping. */
  readonly clipNorm: number;
  readonly device: string;
  readonly precision: Precision;
}

/**
 * Takes a step.
 * @param model the network, or what averages its gradients over ranks.
 * @param batches their gradients are averaged.
 * @returns the mean loss.
 * @throws InsightFaceError `TRAINING_FAILED` when loss or gradient is not finite; no weight has changed then.
 */
export function takeStep(
  model: nn.Module,
  learner: Learner,
  batches: readonly Batch[],
  collective: distributed.Collective,
  watch: LossWatch,
  settings: StepSettings,
): number {
  const { backboneOptimizer, classifierOptimizer, classifier, scaler } = learner;
  const share = 1 / batches.length;
  const last = batches.length - 1;
  const add = (batch: Batch) => addGradients(model, learner, batch, share, settings);
  const losses = batches.map((batch, i) =>
    i < last && model instanceof distributed.DistributedDataParallel
      ? model.accumulate(() => add(batch))
      : add(batch),
  );
  const loss = losses.reduce((sum, value) => sum + value, 0) * share;
  if (!learner.isSharded) averageOverRanks(classifier.weight, collective);
  const all = [...backboneOptimizer.parameters(), ...classifierOptimizer.parameters()];
  const fits = scaler?.unscale(all) ?? true;
  // As in arcface_torch, the network's gradients alone: those of a sharded classifier differ from rank to rank.
  const { clipNorm } = settings;
  const largest = clipNorm > 0 ? clipNorm : Number.MAX_VALUE;
  const gradientNorm = optim.clipGradNorm(backboneOptimizer.parameters(), largest);
  // Float16 overflows now and then: the step is left out, and the next one has a smaller scale.
  const isLeftOut = !fits && (scaler?.scale ?? 0) >= 1;
  watch.check({ ...settings, loss, ...(!isLeftOut && { gradientNorm }) });
  if (!isLeftOut) {
    backboneOptimizer.step();
    classifierOptimizer.step();
  }
  backboneOptimizer.zeroGrad();
  classifierOptimizer.zeroGrad();
  return loss;
}

function addGradients(
  model: nn.Module,
  { classifier, backbone, scaler }: Learner,
  { pixels, labels }: Batch,
  share: number,
  { device, precision }: StepSettings,
): number {
  const size = backbone.inputSize;
  return tidy(() => {
    const bytes = tensor(pixels, [labels.length, size, size, 3], { copy: false });
    const input = normalizePixels(bytes.to({ device }));
    const embeddings = withPrecision(precision, device, () => model.call(input));
    const loss = classifier.loss(embeddings, tensor(labels, [labels.length], { dtype: 'int64', device }));
    const part = share === 1 ? loss : ops.mul(loss, share);
    (scaler?.scaled(part) ?? part).backward();
    return loss.item();
  });
}

function averageOverRanks(weight: Tensor, collective: distributed.Collective): void {
  if (collective.worldSize === 1) return;
  tidy(() => {
    const gradient = weight.grad;
    if (!gradient) return;
    collective.allReduce(gradient);
    ops.div_(gradient, collective.worldSize);
  });
}
