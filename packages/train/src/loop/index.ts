export { embedCrops, normalizePixels } from './embed.js';
export {
  defineExperiment,
  type EvaluationSet,
  type Experiment,
  type ExperimentInput,
  experimentSchema,
} from './experiment.js';
export { applySettings, checkExperiment, readDataFile, readExperiment } from './experiment-file.js';
export { type EvaluationFigures, type MetricsLine, readMetrics } from './metrics.js';
export { planRun, progressOf, rateFactor } from './progress.js';
export type { TrainProgress, TrainResult } from './run.js';
export { bestCheckpoint, listCheckpoints, newestCheckpoint, runPaths } from './run-folder.js';
export { crc32c, EventWriter } from './tensorboard.js';
export { type TrainOptions, train } from './train.js';
export { openVerificationSet, type VerificationSet, verify } from './verification.js';
