export {
  findImages,
  listImages,
  type PairsOnDisk,
  type PeopleOnDisk,
  readDetectionTruth,
  readPairs,
  readPeople,
  readVerificationBin,
} from './datasets.js';
export {
  boxOverlap,
  type DetectionInput,
  type DetectionResult,
  evaluateDetection,
  type ImageErrors,
  type PointError,
  type SizeRecall,
} from './detection-metrics.js';
export { type DetectionTruth, parseDetectionTruth, type TrueFace } from './detection-truth.js';
export * from './embed-images.js';
export type { FoldResult, ValResult } from './folds.js';
export type { ProbeOutcome } from './gallery-search.js';
export {
  breakDownByGroup,
  type CrossGroupResult,
  type GroupBreakdown,
  type GroupResult,
  parseGroups,
} from './groups.js';
export * from './identification.js';
export * from './ijb.js';
export * from './insightface-bin.js';
export * from './pairs-file.js';
export * from './report/index.js';
export {
  areaUnderCurve,
  type EqualErrorRate,
  equalErrorRate,
  type Roc,
  rocCurve,
  type TarAtFar,
  tarAtFar,
} from './roc.js';
export { type Estimate, farKey, type MeanAndStd, wilsonEstimate } from './statistics.js';
export * from './verification.js';
