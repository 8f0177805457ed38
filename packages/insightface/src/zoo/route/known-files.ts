// Files whose graph does not show how they want their pixels: known by their digest.
import type { ModelSpec } from '../manifest.js';
import { frDetect, frFeature, frLandmark, frLiveness } from '../packs/shared.js';
import { sha256Of } from '../sha256.js';

type KnownModel = Pick<ModelSpec, 'task' | 'family' | 'input' | 'license'> & Partial<ModelSpec>;

interface KnownFile {
  readonly bytes: number;
  readonly sha256: string;
  readonly model: KnownModel;
}

const mobilefacenet: KnownFile = {
  bytes: 3998018,
  sha256: 'e72a5710cce378dc46472b6b845cb90647634f2738d8c3e581735cf195b9866f',
  model: {
    task: 'recognition',
    family: 'arcface',
    // Trained with the mean and deviation of ImageNet.
    input: {
      size: [112, 112],
      color: 'rgb',
      mean: [123.675, 116.28, 103.53],
      std: [58.395, 57.12, 57.375],
      layout: 'nchw',
    },
    dimension: 128,
    license: 'none stated',
  },
};

const knownFiles: readonly KnownFile[] = [
  mobilefacenet,
  ...[frDetect, frLandmark, frFeature, frLiveness].flatMap(model =>
    model.files.flatMap(({ bytes, sha256 }) => (bytes && sha256 ? [{ bytes, sha256, model }] : [])),
  ),
];

/** What is known of exactly these bytes. Only files of a known length are hashed. */
export function knownModel(bytes: Uint8Array): KnownModel | undefined {
  const candidates = knownFiles.filter(known => known.bytes === bytes.length);
  if (candidates.length === 0) return undefined;
  const sha256 = sha256Of(bytes);
  return candidates.find(known => known.sha256 === sha256)?.model;
}
