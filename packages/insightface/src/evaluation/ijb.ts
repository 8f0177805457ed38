// Template verification as IJB-B and IJB-C are run in the field: InsightFace `recognition/arcface_torch/eval_ijbc.py`.
// A template is several images and video frames of one person: frames of one video ("media") are averaged first, then the
// media are summed, then the sum is scaled to unit length.
import { InsightFaceError } from '../errors.js';
import type { Roc } from './roc.js';

/** One image of a template. */
export interface TemplateImage {
  readonly template: number;
  readonly media: number;
  /**
   * Flip-fused embedding, NOT scaled to unit length and, where the detector's score is used, multiplied by it: length
   * and score then weigh good images more.
   */
  readonly feature: ArrayLike<number>;
}

/**
 * Unit-length feature of each template, by template number.
 * @throws InsightFaceError `MODEL_MISMATCH` when features differ in length.
 */
export function templateFeatures(images: readonly TemplateImage[]): Map<number, Float64Array> {
  const groups = new Map<number, Map<number, ArrayLike<number>[]>>();
  const dimension = images[0]?.feature.length ?? 0;
  for (const { template, media, feature } of images) {
    if (feature.length !== dimension)
      throw new InsightFaceError(
        'MODEL_MISMATCH',
        `A feature of template ${template} has ${feature.length} numbers and others ${dimension}; use one model for all.`,
      );
    const byMedia = groups.get(template) ?? new Map<number, ArrayLike<number>[]>();
    groups.set(template, byMedia);
    byMedia.set(media, [...(byMedia.get(media) ?? []), feature]);
  }
  const features = new Map<number, Float64Array>();
  for (const [template, byMedia] of groups) {
    const sum = new Float64Array(dimension);
    for (const frames of byMedia.values())
      for (const frame of frames) for (let d = 0; d < dimension; d++) sum[d]! += frame[d]! / frames.length;
    const norm = Math.hypot(...sum) || 1;
    features.set(
      template,
      sum.map(value => value / norm),
    );
  }
  return features;
}

/**
 * TPR at the point of the curve whose FPR is nearest to the target, which may lie above it: IJB's published figures are
 * taken so. Points on a straight line are dropped first, as scikit-learn's `roc_curve` does; of equally near points the one
 * with the highest TPR counts. (`tarAtFar` is the stricter figure.)
 */
export function tprAtNearestFpr(roc: Roc, target: number): { readonly tpr: number; readonly fpr: number } {
  const { falseAccepts, trueAccepts } = roc;
  const last = falseAccepts.length - 1;
  let best = last;
  let nearest = Number.POSITIVE_INFINITY;
  for (let k = last; k >= 0; k--) {
    const corner =
      k <= 1 ||
      k === last ||
      falseAccepts[k + 1]! - falseAccepts[k]! !== falseAccepts[k]! - falseAccepts[k - 1]! ||
      trueAccepts[k + 1]! - trueAccepts[k]! !== trueAccepts[k]! - trueAccepts[k - 1]!;
    const gap = Math.abs(falseAccepts[k]! / roc.impostor - target);
    if (corner && gap < nearest) {
      nearest = gap;
      best = k;
    }
  }
  return { tpr: trueAccepts[best]! / roc.genuine, fpr: falseAccepts[best]! / roc.impostor };
}
