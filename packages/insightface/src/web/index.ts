// The public surface in a browser, by name. What is not listed here needs Node, or is internal.
export { alignFace, arcfaceTemplate, estimateNorm } from '../alignment/index.js';
export type { Face } from '../analysis/face.js';
export type {
  FaceAnalyzer,
  FaceAnalyzerOptions,
  GetOptions,
  NamedRecognizer,
  StreamItem,
} from '../analysis/face-analyzer.js';
export type { RecognizerInfo } from '../analysis/models.js';
export type { Timings } from '../analysis/timings.js';
export {
  faceQuality,
  type Pose,
  type QualityFactors,
  type QualitySource,
  qualityFactors,
} from '../attributes/index.js';
export type { Rotation, SelectionMetric, Size } from '../detection/index.js';
export * from '../errors.js';
export * from '../geometry.js';
export type { Color } from '../image/canvas.js';
export type { DecodeOptions } from '../image/decode-options.js';
export { type DrawableFace, type DrawOptions, drawFaces } from '../image/draw.js';
export { createImage, type Image } from '../image/image.js';
export { flipImage, imageFromPixels, type PixelSource } from '../image/pixels.js';
export {
  type Calibration,
  confidence,
  cosineSimilarity,
  dot,
  type NormalizedEmbedding,
  normalize,
  thresholdAtFar,
} from '../recognition/index.js';
export type * from '../zoo/manifest.js';
export { encodePng } from './encode.js';
export { FaceAnalysis, type FaceAnalysisOptions } from './face-analysis.js';
export { type DrawableInput, type ImageInput, readImage } from './input.js';
export type { WebDevice } from './session.js';
export { WorkerFaceAnalysis, type WorkerFaceAnalysisOptions } from './worker-face-analysis.js';
