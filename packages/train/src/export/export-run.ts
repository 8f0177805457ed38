// A trained network as an ONNX file.
import { type ExportOptions, writeOnnx } from '@insightface-ts/torch';
import type { BackboneConfig } from '../backbones/index.js';
import { openBackbone } from './open-backbone.js';

export interface ExportRunOptions extends Pick<ExportOptions, 'foldBatchNorm'> {
  /** For weights files that do not say it. */
  readonly backbone?: BackboneConfig;
}

/** What was written. */
export interface ExportedModel {
  readonly inputSize: number;
  readonly embeddingSize: number;
}

/**
 * Writes `[N, 3, S, S]` -> `[N, embeddingSize]` of any batch; the file appears whole or not at all.
 * @param source a run, a checkpoint, or a `.pth` or `.safetensors` file.
 * @throws as {@link openBackbone}, and TorchError `WRITE_FAILED`.
 */
export async function exportRun(
  source: string,
  file: string,
  { backbone, ...options }: ExportRunOptions = {},
): Promise<ExportedModel> {
  const network = await openBackbone(source, backbone);
  const { inputSize, embeddingSize } = network;
  try {
    await writeOnnx(network, file, { ...options, input: ['N', 3, inputSize, inputSize] });
  } finally {
    network.dispose();
  }
  return { inputSize, embeddingSize };
}
