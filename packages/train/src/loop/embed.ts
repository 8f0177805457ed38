// Aligned crops through a live network: the input rule of every recogniser here, and the mirror image added.
import { nn, noGrad, ops, type Tensor, tensor, tidy } from '@insightface-ts/torch';
import type { Image } from 'insightface-ts';
import type { Backbone } from '../backbones/backbone.js';

/** libtorch 1.13's oneDNN (2.6) writes past its buffers in a strided 1x1 convolution of fewer channels that lie last. */
const SAFE_CHANNELS = 16;

/**
 * RGB pixels `[N, H, W, 3]`, 0 to 255, as a network takes them: `[N, 3, H, W]`, (x - 127.5) / 127.5. The channels stay
 * last in memory, in which layout convolutions of small networks are 1.3 to 1.5 times as fast on CPUs.
 */
export function normalizePixels(pixels: Tensor, network: nn.Module): Tensor {
  return tidy(() => {
    const scaled = ops.div(ops.sub(pixels.to({ dtype: 'float32' }), 127.5), 127.5);
    const planes = ops.permute(scaled, [0, 3, 1, 2]);
    return canHaveChannelsLast(network) ? planes : ops.contiguous(planes);
  });
}

function canHaveChannelsLast(network: nn.Module): boolean {
  return network.modules().every(module => {
    if (!(module instanceof nn.Conv2d)) return true;
    const [, channels = 0, height] = module.weight.shape;
    return height !== 1 || channels >= SAFE_CHANNELS;
  });
}

/**
 * Embeds crops of the network's input size: the sum for crop and mirror image, as InsightFace's evaluation has it.
 * The network's mode is evaluation afterwards.
 * @returns one embedding for each crop, not normalised.
 */
export function embedCrops(backbone: Backbone, crops: readonly Image[], device = 'cpu'): Float32Array[] {
  if (crops.length === 0) return [];
  const { inputSize: size, embeddingSize } = backbone;
  const bytes = new Uint8Array(crops.length * size * size * 3);
  for (const [i, crop] of crops.entries()) bytes.set(crop.data, i * size * size * 3);
  backbone.eval();
  const sums = noGrad(() =>
    tidy(() => {
      const pixels = tensor(bytes, [crops.length, size, size, 3], { copy: false });
      const input = normalizePixels(pixels.to({ device }), backbone);
      const both = ops.add(backbone.call(input), backbone.call(ops.flip(input, [3])));
      return Float32Array.from(both.data(), Number);
    }),
  );
  return crops.map((_, i) => sums.slice(i * embeddingSize, (i + 1) * embeddingSize));
}
