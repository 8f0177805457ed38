// Judges the live network on verification sets of aligned crops: LFW's protocol, by insightface-ts' evaluation.
import { readFile } from 'node:fs/promises';
import {
  decodeImage,
  evaluateVerification,
  InsightFaceError,
  readPairs,
  readVerificationBin,
  type VerificationPair,
  type VerificationResult,
} from 'insightface-ts';
import type { Backbone } from '../backbones/backbone.js';
import { fitImage } from '../data/fit.js';
import { embedCrops } from './embed.js';
import type { EvaluationSet } from './experiment.js';
import type { EvaluationFigures } from './metrics.js';

const CROPS_AT_ONCE = 64;

/** Pairs, and the bytes of each image by name. */
export interface VerificationSet {
  readonly name: string;
  readonly pairs: readonly VerificationPair[];
  readonly images: readonly string[];
  read(image: string): Promise<Uint8Array>;
}

/**
 * Opens a set before the run begins, so that a wrong path ends it at once.
 * @throws InsightFaceError `FILE_NOT_FOUND`, `DATASET_INVALID`.
 */
export async function openVerificationSet(set: EvaluationSet): Promise<VerificationSet> {
  if ('bin' in set) {
    const { pairs, images } = await readVerificationBin(set.bin);
    return { name: set.name, pairs, images: [...images.keys()], read: async name => images.get(name)! };
  }
  const { pairs, images } = await readPairs(set.images, set.pairs);
  return { name: set.name, pairs, images: [...images.keys()], read: name => readFile(images.get(name)!) };
}

/** The network's figures on the set; its mode is evaluation afterwards. @throws InsightFaceError `DATASET_INVALID`. */
export async function verify(
  backbone: Backbone,
  set: VerificationSet,
  device?: string,
): Promise<VerificationResult> {
  const embeddings = new Map<string, Float32Array>();
  const size = { width: backbone.inputSize, height: backbone.inputSize };
  for (let from = 0; from < set.images.length; from += CROPS_AT_ONCE) {
    const names = set.images.slice(from, from + CROPS_AT_ONCE);
    const crops = await Promise.all(
      names.map(async name => {
        try {
          return fitImage(await decodeImage(await set.read(name)), size);
        } catch (cause) {
          throw new InsightFaceError('DATASET_INVALID', `The image ${name} of ${set.name} does not read.`, {
            cause,
          });
        }
      }),
    );
    for (const [i, embedding] of embedCrops(backbone, crops, device).entries())
      embeddings.set(names[i]!, embedding);
  }
  return evaluateVerification({ pairs: set.pairs, embeddings });
}

/** The line for the metrics. */
export function figuresOf(name: string, { summary }: VerificationResult): EvaluationFigures {
  const { accuracy, auc } = summary;
  return { name, accuracy: accuracy.mean, std: accuracy.std, auc };
}
