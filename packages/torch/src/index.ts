export { type GradOptions, grad } from './autograd.js';
export * as distributed from './distributed/index.js';
export {
  autocast,
  type EngineInfo,
  emptyCache,
  info,
  type MemoryReport,
  manualSeed,
  memory,
  randomState,
  resetPeak,
  setRandomState,
  setThreads,
} from './engine.js';
export { TorchError, type TorchErrorCode } from './errors.js';
export * from './export/index.js';
export {
  arange,
  empty,
  full,
  type Nested,
  ones,
  rand,
  randn,
  randperm,
  type TensorOptions,
  tensor,
  tensorFromBytes,
  zeros,
} from './factories.js';
export * as files from './files/index.js';
export * from './mixed-precision.js';
export * as nn from './nn/index.js';
export { call, listOps, type Scalar, schema } from './ops/call.js';
export * as ops from './ops/index.js';
export * as optim from './optim/index.js';
export { keep, noGrad, tidy } from './scope.js';
export * from './summary.js';
export {
  BYTES,
  type DType,
  dtypeOfArray,
  type MemoryFormat,
  type Placement,
  Tensor,
  type TensorData,
} from './tensor.js';
