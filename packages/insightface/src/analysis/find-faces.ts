// The first half of the pipeline: detection, turned photos, landmarks, five points.
import { throwIfAborted } from '../abort.js';
import type { FaceRef, LandmarkKind, Landmarks } from '../attributes/attribute-model.js';
import { fivePoints } from '../attributes/index.js';
import type { DetectOptions } from '../detection/detector.js';
import { findTurned, type Rotation, type SelectionMetric, selectFaces } from '../detection/index.js';
import { InsightFaceError } from '../errors.js';
import type { Box, FivePoints } from '../geometry.js';
import type { Image } from '../image/image.js';
import type { QuarterTurn } from '../image/pixels.js';
import type { Task } from '../zoo/manifest.js';
import type { ModelSet } from './models.js';
import { type Timings, timed } from './timings.js';

export interface FindOptions extends DetectOptions {
  /** Most faces an image yields; 0 is all. */
  readonly maxNum: number;
  readonly detMetric: SelectionMetric;
  readonly rotation: Rotation;
  /** What is done; detection always is. */
  readonly tasks: readonly Task[];
}

/** A face with all that tells where it is, in the pixels of the picture in which it stands upright. */
export interface FoundFace extends FaceRef {
  /** Index of the photo. */
  readonly photo: number;
  /** Degrees by which the photo was turned clockwise to become `image`. */
  readonly turn: QuarterTurn;
  readonly bbox: Box;
  readonly detScore: number;
  readonly kps: FivePoints;
  readonly landmarks: ReadonlyMap<LandmarkKind, Landmarks>;
}

/** Finds the faces of all images; those of one image by falling score, or by `detMetric` where `maxNum` chose. */
export async function findFaces(
  models: ModelSet,
  images: readonly Image[],
  options: FindOptions,
  timings: Timings,
): Promise<FoundFace[]> {
  const detections = await timed(timings, 'detect', async () => {
    const all = [];
    for (const [photo, image] of images.entries()) {
      throwIfAborted(options.signal);
      const faces = await findTurned(models.detector, image, options, options.rotation);
      for (const { turn, upright } of selectFaces(faces, options.maxNum, options.detMetric, image))
        all.push({ ...upright, photo, turn });
    }
    return all;
  });
  return timed(timings, 'landmark', async () => {
    const sets = new Map<LandmarkKind, readonly Landmarks[]>();
    const signal = options.signal && { signal: options.signal };
    // The first one alone where only its five points are needed.
    const needed = detections.every(({ kps }) => kps) ? 0 : 1;
    const count = options.tasks.includes('landmark') ? models.landmarkers.length : needed;
    for (const landmarker of models.landmarkers.slice(0, count))
      sets.set(landmarker.kind, await landmarker.locate(detections, signal));
    return detections.map((detection, index) => {
      const landmarks = new Map<LandmarkKind, Landmarks>();
      for (const [kind, all] of sets) landmarks.set(kind, all[index] as Landmarks);
      return { ...detection, kps: detection.kps ?? pointsFrom(landmarks), landmarks };
    });
  });
}

function pointsFrom(landmarks: ReadonlyMap<LandmarkKind, Landmarks>): FivePoints {
  for (const [kind, points] of landmarks) return fivePoints(kind, points);
  throw new InsightFaceError(
    'PACK_INVALID',
    'This detector gives no five points, and no landmark model is loaded that could. Name the task "landmark" as well, or take a pack that has such a model.',
  );
}
