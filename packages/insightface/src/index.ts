// The public surface, by name: what is not listed here is internal and may change.
export {
  alignFace,
  arcfaceTemplate,
  estimateNorm,
  estimateSimilarity,
  type Similarity,
  transformPoints,
  type UmeyamaOptions,
  umeyama,
} from './alignment/index.js';
export type { Face } from './analysis/face.js';
export {
  FaceAnalysis,
  type FaceAnalysisOptions,
} from './analysis/face-analysis.js';
export type {
  FaceAnalyzer,
  FaceAnalyzerOptions,
  GetOptions,
  NamedRecognizer,
  StreamItem,
} from './analysis/face-analyzer.js';
export { type ImageInput, readImage } from './analysis/input.js';
export type { RecognizerInfo } from './analysis/models.js';
export type { Timings } from './analysis/timings.js';
export {
  closedParts,
  createGenderAgeModel,
  createLandmarker,
  createLivenessModel,
  estimatePose,
  type FacePart,
  type FaceParts,
  type FaceRef,
  faceQuality,
  fivePoints,
  type GenderAge,
  type GenderAgeModel,
  indicesOf68,
  type Landmarker,
  type LandmarkKind,
  type Landmarks,
  type LivenessModel,
  landmarkParts,
  meanShape68,
  type Pose,
  type PoseSource,
  type QualityFactors,
  type QualitySource,
  qualityFactors,
} from './attributes/index.js';
export {
  type Agreement,
  addFaces,
  type Cluster,
  type ClusteredFace,
  type ClusterMeasures,
  type ClusterMerge,
  type ClusterState,
  createClusters,
  type FaceToCluster,
  listClusters,
  type MergeSuggestion,
  measureClusters,
  mergeClusters,
  nameCluster,
  parseClusters,
  removePhotos,
  serializeClusters,
  splitFaces,
  suggestMerges,
  undoMerge,
} from './clustering/index.js';
export {
  createDetector,
  type Detection,
  type DetectOptions,
  type Detector,
  type Rotation,
  type SelectionMetric,
  type Size,
  selectFaces,
  type UprightScores,
} from './detection/index.js';
export * from './errors.js';
export * from './evaluation/index.js';
export * from './geometry.js';
export {
  type Color,
  createImage,
  type DecodeOptions,
  type DrawableFace,
  type DrawOptions,
  decodeImage,
  drawFaces,
  encodeJpeg,
  encodePng,
  flipImage,
  type Image,
  imageFromPixels,
  type PixelSource,
  type QuarterTurn,
  resizeImage,
  resizeSmoothly,
  rotateImage,
  type WarpOptions,
  warpAffine,
} from './image/index.js';
export { BusyError } from './pool/busy-error.js';
export { FaceAnalysisPool } from './pool/face-analysis-pool.js';
export type { PoolImage } from './pool/messages.js';
export type {
  AnalyzedImage,
  PoolOptions,
  PoolStats,
  RequestOptions,
  UrgencyOptions,
} from './pool/options.js';
export {
  type Calibration,
  confidence,
  cosineSimilarity,
  createRecognizer,
  dot,
  type EnsembleMember,
  ensemble,
  fitCalibration,
  flipFusion,
  fuseScores,
  type NormalizedEmbedding,
  normalize,
  type Recognizer,
  thresholdAtFar,
} from './recognition/index.js';
export { availableDevices, createSession } from './runtime/node.js';
export { openSession } from './runtime/open.js';
export type { OpenOptions } from './runtime/prepare.js';
export type { Device, Session, SessionOptions, Tensor, TensorInfo } from './runtime/session.js';
export * from './zoo/index.js';
