// The order of things: detect, five points, landmarks, aligned crops, embeddings, attributes; each network sees all
// faces of all images of a batch.
import { alignFace } from '../alignment/index.js';
import type { Landmarks, Pose } from '../attributes/attribute-model.js';
import { estimatePose, faceQuality } from '../attributes/index.js';
import { unturnBox, unturnFive, unturnPoint, unturnRoll } from '../detection/turn.js';
import type { Image } from '../image/image.js';
import { normalize } from '../recognition/index.js';
import type { Recognizer } from '../recognition/recognizer.js';
import type { Task } from '../zoo/manifest.js';
import type { Face } from './face.js';
import { type FindOptions, type FoundFace, findFaces } from './find-faces.js';
import type { ModelSet } from './models.js';
import { type Timings, timed } from './timings.js';

export interface PipelineOptions extends FindOptions {
  /** Large faces are averaged when they shrink to the crop; off, pixels are as InsightFace's. */
  readonly antiAlias: boolean;
}

/** Analyses decoded images; the answer has their order. */
export async function analyzeImages(
  models: ModelSet,
  images: readonly Image[],
  options: PipelineOptions,
  timings: Timings,
): Promise<Face[][]> {
  const networkBefore = models.networkTime();
  const found = await findFaces(models, images, options, timings);
  const wanted = <Model>(task: Task, model: Model) => (options.tasks.includes(task) ? model : undefined);
  const recognizer = wanted('recognition', models.recognizer);
  const embeddings = recognizer && (await embedFaces(recognizer, found, options, timings));
  const signal = options.signal && { signal: options.signal };
  const genderAge = wanted('gender-age', models.genderAge);
  const genders = await timed(timings, 'attributes', () => genderAge?.estimate(found, signal));
  const livenessModel = wanted('liveness', models.liveness);
  const liveness = await timed(timings, 'attributes', () => livenessModel?.check(found, signal));

  const faces: Face[][] = images.map(() => []);
  for (const [index, face] of found.entries()) {
    const pose = estimatePose(face);
    const embedding = embeddings?.[index];
    faces[face.photo]?.push({
      ...inPhoto(face, pose, images[face.photo] as Image),
      ...(options.tasks.includes('landmark') && landmarksInPhoto(face, images[face.photo] as Image)),
      detScore: face.detScore,
      ...(embedding && embeddingFields(embedding)),
      ...genders?.[index],
      quality: faceQuality({ ...face, pose }),
      ...(liveness && { liveness: liveness[index] as number }),
    });
  }
  timings.network += models.networkTime() - networkBefore;
  return faces;
}

async function embedFaces(
  recognizer: Recognizer,
  faces: readonly FoundFace[],
  { antiAlias, signal }: PipelineOptions,
  timings: Timings,
): Promise<Float32Array[]> {
  const crops = await timed(timings, 'align', () =>
    faces.map(({ image, kps }) => alignFace(image, kps, recognizer.inputSize, { antiAlias })),
  );
  return timed(timings, 'embed', () => recognizer.embed(crops, signal && { signal }));
}

function embeddingFields(embedding: Float32Array) {
  const { unit, norm } = normalize(embedding);
  return { embedding, embeddingNorm: norm, normedEmbedding: unit };
}

/** Places and pose as the photo shows them, whichever way it had to be turned for the face to stand upright. */
function inPhoto({ bbox, kps, turn }: FoundFace, pose: Pose, photo: Image) {
  return {
    bbox: unturnBox(bbox, turn, photo),
    kps: unturnFive(kps, turn, photo),
    pose: { ...pose, roll: unturnRoll(pose.roll, turn) },
  };
}

function landmarksInPhoto({ landmarks, turn }: FoundFace, photo: Image) {
  const place = (points: Landmarks) => points.map(point => unturnPoint(point, turn, photo));
  return Object.fromEntries([...landmarks].map(([kind, points]) => [kind, place(points)]));
}
