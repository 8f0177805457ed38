// Batch normalisation by the statistics of all ranks' batches (https://arxiv.org/abs/1711.07240, PyTorch's SyncBatchNorm):
// each rank's mean, variance and count are gathered and joined by Chan's formula (1979). Gradients flow back through the
// gathering, so they are those of one process with the joined batch.
import { full } from '../factories.js';
import { BatchNorm, requireSeveral } from '../nn/batch-norm.js';
import type { Module } from '../nn/module.js';
import * as ops from '../ops/index.js';
import { noGrad, tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import type { Collective } from './collective.js';

/**
 * Makes every batch normalisation within a network take the statistics of all ranks in training mode. Evaluation, state
 * dict and ONNX export stay as they are. Ranks may have batches of different sizes, but none may be empty.
 */
export function synchronizeBatchNorm<M extends Module>(network: M, collective: Collective): M {
  if (collective.worldSize === 1) return network;
  for (const layer of network.modules()) {
    if (!(layer instanceof BatchNorm)) continue;
    const alone = layer.forward.bind(layer);
    layer.forward = x => (layer.training ? normalizeTogether(layer, x, collective) : alone(x));
  }
  return network;
}

function normalizeTogether(layer: BatchNorm, x: Tensor, collective: Collective): Tensor {
  const [, channels = 0, ...places] = x.shape;
  const count = x.size / channels;
  const dims = [0, ...places.map((_, index) => index + 2)];
  const [ownVariance, ownMean] = ops.varianceAndMean(x, dims, false);
  const own = ops.cat([ownMean, ownVariance, full([1], count, { dtype: x.dtype, device: x.device })]);
  const all = collective.allGather(ops.reshape(own, [1, -1]));
  const [means, variances, counts] = ops.splitWithSizes(all, [channels, channels, 1], 1) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const total = ops.sum(counts.detach());
  const shares = ops.div(counts.detach(), total);
  const mean = ops.sumAlong(ops.mul(means, shares), 0);
  const spread = ops.add(variances, ops.square(ops.sub(means, mean)));
  const variance = ops.sumAlong(ops.mul(spread, shares), 0);
  noGrad(() =>
    tidy(() => {
      const samples = total.item();
      requireSeveral(samples);
      ops.add_(layer.num_batches_tracked, 1);
      ops.lerp_(layer.running_mean, mean, layer.momentum);
      ops.lerp_(layer.running_var, ops.mul(variance, samples / (samples - 1)), layer.momentum);
    }),
  );
  const perChannel = (values: Tensor) => ops.reshape(values, [channels, ...places.map(() => 1)]);
  const scale = ops.mul(layer.weight, ops.rsqrt(ops.add(variance, layer.eps)));
  return ops.add(ops.mul(ops.sub(x, perChannel(mean)), perChannel(scale)), perChannel(layer.bias));
}
