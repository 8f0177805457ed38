// ArcFace-style recognisers: one aligned square crop in, one embedding out.
// J. Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", CVPR 2019.
import { InsightFaceError } from '../errors.js';
import type { Image } from '../image/image.js';
import { inputSize, modelSession, runBatches } from '../runtime/run-batches.js';
import type { Session } from '../runtime/session.js';
import type { ModelSpec } from '../zoo/manifest.js';
import type { Recognizer } from './recognizer.js';

/**
 * A recogniser of the family `arcface`. Crops go through in batches even where the file has a batch of 1, if its
 * graph allows that.
 * @param sessions - One session, with the role `model`.
 * @throws InsightFaceError `MODEL_INVALID` when the graph is no recogniser or contradicts the manifest.
 */
export function createArcface(spec: ModelSpec, sessions: ReadonlyMap<string, Session>): Recognizer {
  const session = modelSession(spec, sessions);
  const [height, width] = inputSize(spec, session);
  if (height !== width)
    throw new InsightFaceError(
      'MODEL_INVALID',
      `${spec.name} wants ${width}x${height} crops; aligned crops are square.`,
    );
  const dimension = embeddingLength(spec, session);
  return {
    dimension,
    inputSize: width,
    embed: async (crops, options = {}) => {
      for (const crop of crops) checkCrop(crop, width);
      const outputs = await runBatches(session, crops, spec.input, options.signal);
      const embeddings = outputs.get(session.outputs[0]?.name ?? '') ?? [];
      for (const embedding of embeddings) checkEmbedding(embedding, dimension, spec.name);
      // Copies: a view would keep the whole batch alive in whoever stores one embedding.
      return embeddings.map(embedding => embedding.slice());
    },
    dispose: () => session.dispose(),
  };
}

function embeddingLength(spec: ModelSpec, session: Session): number {
  const dims = session.outputs[0]?.dims ?? [];
  const last = dims.at(-1);
  const ofGraph = typeof last === 'number' && last > 0 ? last : undefined;
  const dimension = ofGraph ?? spec.dimension;
  if (dimension === undefined || (spec.dimension !== undefined && spec.dimension !== dimension))
    throw new InsightFaceError(
      'MODEL_INVALID',
      `${spec.name}: the manifest says ${spec.dimension ?? 'nothing'} about the length of an embedding, the graph [${dims.join(', ')}]. State the graph's last dimension as "dimension".`,
    );
  return dimension;
}

function checkCrop({ width, height }: Image, side: number): void {
  if (width !== side || height !== side)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `This recogniser takes aligned crops of ${side}x${side} pixels, not ${width}x${height}. Make them with alignFace.`,
    );
}

function checkEmbedding(embedding: Float32Array, dimension: number, name: string): void {
  if (embedding.length !== dimension)
    throw new InsightFaceError(
      'MODEL_INVALID',
      `${name} answered with ${embedding.length} numbers a face instead of ${dimension}.`,
    );
  if (!embedding.every(Number.isFinite))
    throw new InsightFaceError(
      'EMBEDDING_INVALID',
      `${name} answered with numbers that are not finite. Check mean and std in its manifest.`,
    );
}
