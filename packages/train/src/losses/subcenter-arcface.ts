// Sub-centre ArcFace (https://www.ecva.net/papers/eccv_2020/papers_ECCV/papers/123560715.pdf): K centres per class, of which the
// nearest counts, so that mislabelled pictures gather at a centre of their own; then ArcFace.
// K 3, s 64, m .5; straight-through gradient, as in InsightFace.
import { ArcFace, type ArcFaceOptions } from './arcface.js';

/** Settings of {@link SubcenterArcFace}. */
export interface SubcenterArcFaceOptions extends ArcFaceOptions {
  /** K, a whole number from 1. */
  readonly centresPerClass?: number;
}

/** ArcFace with several centres for each class, of which the nearest counts. */
export class SubcenterArcFace extends ArcFace {
  override readonly centresPerClass: number;

  constructor(options: SubcenterArcFaceOptions = {}) {
    super(options);
    this.centresPerClass = options.centresPerClass ?? 3;
  }
}
