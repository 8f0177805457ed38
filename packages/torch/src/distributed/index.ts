export { freePort } from './address.js';
export type { AverageOptions, Collective, GradientAverage, ReduceOperation } from './collective.js';
export { DistributedDataParallel } from './data-parallel.js';
export { type Environment, type Placement, placementFromEnvironment } from './environment.js';
export { type InitOptions, init } from './init.js';
export { type LaunchOptions, type LaunchResult, launch, type MachinePlace, RankFailure } from './launcher.js';
export { ProcessGroup } from './process-group.js';
export { SingleProcess } from './single-process.js';
export { synchronizeBatchNorm } from './synchronize-batch-norm.js';
