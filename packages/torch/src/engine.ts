// The engine as a whole: threads, random numbers, memory, mixed precision.
import { native } from './native.js';
import { Tensor } from './tensor.js';

/** What the engine holds. */
export interface MemoryReport {
  /** Tensor objects of this thread that were not disposed of. */
  readonly live: number;
  /** Bytes that tensors take, in the whole process. */
  readonly inUse: number;
  /** Bytes kept for reuse. */
  readonly cached: number;
  /** The most bytes that were in use at once. */
  readonly peak: number;
}

/** The libtorch in use. */
export interface EngineInfo {
  readonly version: string;
  readonly threads: number;
  readonly cuda: boolean;
  /** Whether convolutions run on oneDNN. */
  readonly oneDnn: boolean;
  /** libtorch's own account of its build. */
  readonly build: string;
}

/** Threads of one operator, for the whole process; all cores at the start, or OMP_NUM_THREADS. */
export function setThreads(count: number): void {
  native().setThreads(count);
}

/** Seeds the random numbers of all devices, for the whole process. */
export function manualSeed(seed: number | bigint): void {
  native().manualSeed(seed);
}

/** The state of the CPU's random numbers, a uint8 tensor: with {@link setRandomState} they go on bit for bit. */
export function randomState(): Tensor {
  return new Tensor(native().randomState());
}

/** Takes a state that {@link randomState} gave. */
export function setRandomState(state: Tensor): void {
  native().setRandomState(state.handle);
}

/** Live tensors and bytes. */
export function memory(): MemoryReport {
  return native().memory();
}

/** Gives the memory kept for reuse back to the system. */
export function emptyCache(): void {
  native().emptyCache();
}

/** Starts counting `memory().peak` anew. */
export function resetPeak(): void {
  native().resetPeak();
}

/** Version, threads and abilities of the libtorch in use. */
export function info(): EngineInfo {
  return native().info();
}

/**
 * Runs `body` with matrix products and convolutions in a smaller type. It gains on GPUs and on CPUs with bfloat16 units
 * (AVX512-BF16, AMX); on others bfloat16 is about 8 times slower.
 */
export function autocast<T>(
  options: { readonly device: 'cpu' | 'cuda'; readonly dtype: 'bfloat16' | 'float16' },
  body: () => T,
): T {
  native().autocast(options.device, options.dtype, true);
  try {
    return body();
  } finally {
    native().autocast(options.device, options.dtype, false);
  }
}
