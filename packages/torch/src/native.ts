// The native addon: loaded at the first use, once per thread. Everything above it is TypeScript.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { TorchError, type TorchErrorCode } from './errors.js';

/** A tensor of the addon; 0 is none. */
export type Handle = number;

/** Reductions of {@link NativeEngine.distributedAllReduce}. */
export type Reduction = 'sum' | 'product' | 'min' | 'max';

/** An operator's schema, which argument it gives back (-1: none), and the kinds of its results. */
export interface OperatorInfo {
  readonly schema: string;
  readonly self: number;
  readonly results: readonly ('tensor' | 'tensors' | 'value')[];
}

/** What a process group is made of. */
export interface GroupOptions {
  readonly backend: 'gloo' | 'nccl';
  readonly rank: number;
  readonly worldSize: number;
  /** Rank 0's address; it listens there on `port`, unless somebody else does, see `storePrefix`. */
  readonly host: string;
  readonly port: number;
  /** Set when another program serves the store at the port: what our keys begin with there. Empty: rank 0 serves. */
  readonly storePrefix: string;
  /** This machine's own address, to which the other ranks connect. */
  readonly address: string;
  /** How long a collective waits for the other ranks. */
  readonly timeoutMilliseconds: number;
}

/** The addon's functions, see native/. Arguments that are tensors of an operator are objects with a `handle`. */
export interface NativeEngine {
  setErrorFactory(make: (code: TorchErrorCode, message: string) => Error): void;

  op(name: string): number;
  operatorInfo(op: number): OperatorInfo;
  listOps(): string[];
  call(op: number, ...values: unknown[]): unknown;

  from(values: NodeJS.TypedArray, shape: readonly number[], dtype: string, copy: boolean): Handle;
  into(handle: Handle, target: NodeJS.TypedArray, dtype: string): void;
  item(handle: Handle): number;
  free(handle: Handle): void;
  freeMany(handles: readonly Handle[]): void;
  shape(handle: Handle): number[];
  dtype(handle: Handle): string;
  device(handle: Handle): string;
  elements(handle: Handle): number;

  requiresGrad(handle: Handle, on?: boolean): boolean;
  backward(
    roots: readonly Handle[],
    gradients: readonly Handle[] | undefined,
    retainGraph: boolean,
    createGraph: boolean,
  ): void;
  grad(
    outputs: readonly Handle[],
    inputs: readonly Handle[],
    gradients: readonly Handle[] | undefined,
    retainGraph: boolean,
    createGraph: boolean,
    allowUnused: boolean,
  ): Handle[];
  gradientOf(handle: Handle): Handle;
  setGradient(handle: Handle, gradient: Handle): void;
  gradMode(on?: boolean): boolean;
  autocast(device: string, dtype: string, on: boolean): void;

  setThreads(count: number): void;
  manualSeed(seed: number | bigint): void;
  randomState(): Handle;
  setRandomState(state: Handle): void;
  memory(): { live: number; inUse: number; cached: number; peak: number };
  emptyCache(): void;
  resetPeak(): void;
  reportPressure(): void;
  info(): { version: string; threads: number; cuda: boolean; oneDnn: boolean; build: string };

  /** Waits for all ranks, then gives the group's number. */
  distributedInit(options: GroupOptions): number;
  /** In place, from `root` to all. */
  distributedBroadcast(group: number, tensors: readonly Handle[], root: number): void;
  /** In place, tensor by tensor. */
  distributedAllReduce(group: number, tensors: readonly Handle[], reduction: Reduction): void;
  /** The ranks' tensors one after another along dimension 0; shapes must be equal on all. Differentiable. */
  distributedAllGather(group: number, tensor: Handle): Handle;
  distributedBarrier(group: number): void;
  distributedDestroy(group: number): void;
  /** Text kept by rank 0 for all; `get` waits for it. */
  distributedStoreSet(group: number, key: string, value: string): void;
  distributedStoreGet(group: number, key: string): string;
  /** PyTorch's c10d::Reducer: gradients are averaged over ranks in buckets while backward runs. */
  reducerCreate(
    group: number,
    parameters: readonly Handle[],
    names: readonly string[],
    bucketBytes: number,
    findUnused: boolean,
  ): number;
  reducerPrepareForward(reducer: number): void;
  /** After forward, before backward. `outputs` are looked through for unused parameters if findUnused. */
  reducerPrepareBackward(reducer: number, outputs: readonly Handle[]): void;
  reducerFree(reducer: number): void;
}

let loaded: NativeEngine | undefined;

/** Where the build puts the addon. */
export const ADDON = fileURLToPath(new URL('../build/torch.node', import.meta.url));

/**
 * The addon; it takes about a second to load the first time.
 * @throws ENGINE_MISSING when it was not built, or its libraries are gone.
 */
export function native(): NativeEngine {
  return loaded ?? load();
}

function load(): NativeEngine {
  if (!existsSync(ADDON)) {
    throw new TorchError(
      'ENGINE_MISSING',
      'The training engine is not built. It takes about a minute: npm run setup:torch in the repository, npx insightface-torch-setup elsewhere.',
    );
  }
  // OpenMP reads it when it is loaded. By default its threads wait spinning, and on a machine with other work small
  // operators then take 100 times as long; sleeping costs microseconds.
  process.env['OMP_WAIT_POLICY'] ??= 'PASSIVE';
  let engine: NativeEngine;
  try {
    engine = createRequire(import.meta.url)(ADDON);
  } catch (error) {
    throw new TorchError(
      'ENGINE_MISSING',
      `The training engine does not load: ${error instanceof Error ? error.message : error}. Run again: npm run setup:torch`,
      { cause: error },
    );
  }
  engine.setErrorFactory((code, message) => new TorchError(code, message));
  // libtorch starts with one thread on virtual machines.
  if (process.env['OMP_NUM_THREADS'] === undefined) engine.setThreads(availableParallelism());
  loaded = engine;
  return engine;
}
