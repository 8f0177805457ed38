// A trained network as it is, computed by the engine, in place of a pack's recogniser: what the exported file must equal.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { InsightFaceError, type NamedRecognizer } from 'insightface-ts';
import type { BackboneConfig } from '../backbones/index.js';
import { weightsFile } from '../finetune/load-weights.js';
import { embedUnmirrored } from '../loop/embed.js';
import { openBackbone, runOf } from './open-backbone.js';

/**
 * For `FaceAnalysis.create({ recognizer })`.
 * @param source a run, a checkpoint, or a `.pth` or `.safetensors` file.
 * @throws as {@link openBackbone}.
 */
export async function openRecognizer(source: string, backbone?: BackboneConfig): Promise<NamedRecognizer> {
  const network = await openBackbone(source, backbone);
  const { inputSize, embeddingSize } = network;
  return {
    name: basename(runOf(source)),
    fingerprint: createHash('sha256')
      .update(await readFile(weightsFile(source)))
      .digest('hex'),
    dimension: embeddingSize,
    inputSize,
    embed: async crops => {
      const other = crops.find(({ width, height }) => width !== inputSize || height !== inputSize);
      if (other)
        throw new InsightFaceError(
          'INVALID_ARGUMENT',
          `The network takes crops of ${inputSize}x${inputSize} pixels, not ${other.width}x${other.height}.`,
        );
      return embedUnmirrored(network, crops);
    },
    dispose: async () => network.dispose(),
  };
}
