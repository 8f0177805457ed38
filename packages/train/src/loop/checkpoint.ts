// A checkpoint is a folder that appears whole or not at all:
//   backbone.safetensors, optimizer.safetensors   the network and its optimizer
//   classifier-RANK.safetensors                   class centres and their optimizer; with PartialFC the rank's share
//   random-RANK.safetensors                       random numbers of the rank
//   state.json                                    everything else
// It holds all that training depends on, so that a resumed run goes on bit for bit.
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  files,
  type LossScaler,
  type LossScalerState,
  manualSeed,
  noGrad,
  ops,
  type optim,
  randomState,
  setRandomState,
  type Tensor,
  tidy,
} from '@insightface-ts/torch';
import { InsightFaceError } from 'insightface-ts';
import type { Backbone } from '../backbones/backbone.js';
import { type Classifier, type ClassifierState, reshard } from '../classifiers/index.js';
import type { Position } from '../data/loader/batch-loader.js';
import type { EarlyStopState } from './early-stop.js';
import { type CheckpointName, listCheckpoints, runPaths, unfinished } from './run-folder.js';

export const backboneFile = 'backbone.safetensors';
export const optimizerFile = 'optimizer.safetensors';
export const stateFile = 'state.json';
const format = 1;

/** How far a run is. */
export interface RunState {
  /** Optimiser steps done. */
  readonly step: number;
  /** Seconds of training, over all resumptions. */
  readonly seconds: number;
  /** The next batch. */
  readonly position: Position;
  readonly earlyStop: EarlyStopState;
}

/** What learns. */
export interface Learner {
  readonly backbone: Backbone;
  readonly backboneOptimizer: optim.Optimizer;
  readonly classifier: Classifier;
  readonly classifierOptimizer: optim.Optimizer;
  /** Of float16. */
  readonly scaler: LossScaler | undefined;
  /** Whether each rank holds its own share of the classes. */
  readonly isSharded: boolean;
}

/** The ranks, as far as saving needs them. */
export interface Ranks {
  readonly rank: number;
  readonly worldSize: number;
  barrier(): void;
}

/** Rates are not kept: they follow from the experiment, which may change on the way. */
type OptimizerNumbers = Pick<optim.OptimizerState, 'steps'>;

interface StateFile extends RunState, RunFacts {
  readonly format: typeof format;
  readonly worldSize: number;
  readonly classifier: ClassifierState;
  readonly backboneOptimizer: OptimizerNumbers;
  readonly classifierOptimizer: OptimizerNumbers;
  readonly scaler?: LossScalerState | undefined;
}

/** What a state file has of the run beside its place. */
export interface RunFacts {
  readonly stepsPerEpoch: number;
  readonly classes: number;
  /** The optimizer's name. */
  readonly optimizer: string;
}

/**
 * Writes `checkpoints/KIND-STEP`. All ranks call it; they share the disk.
 * @throws TorchError `WRITE_FAILED`.
 */
export async function saveCheckpoint(
  out: string,
  kind: CheckpointName['kind'],
  learner: Learner,
  state: RunState,
  facts: RunFacts,
  ranks: Ranks,
): Promise<void> {
  const name = `${kind}-${String(state.step).padStart(9, '0')}`;
  const folder = join(runPaths(out).checkpoints, name);
  const temporary = join(runPaths(out).checkpoints, `${unfinished}${name}`);
  const isFirst = ranks.rank === 0;
  if (isFirst) {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
  }
  ranks.barrier();
  const { backbone, backboneOptimizer, classifier, classifierOptimizer, isSharded } = learner;
  const random = randomState();
  await files.saveStateDict(
    join(temporary, `random-${ranks.rank}.safetensors`),
    new Map([['random', random]]),
  );
  random.dispose();
  const own = backboneOptimizer.stateDict();
  const centres = classifierOptimizer.stateDict();
  if (isSharded || isFirst)
    await files.saveStateDict(
      join(temporary, `classifier-${ranks.rank}.safetensors`),
      new Map([['weight', classifier.weight], ...prefixed('optimizer.', centres.tensors)]),
    );
  if (isFirst) {
    await files.saveStateDict(join(temporary, backboneFile), backbone.stateDict());
    await files.saveStateDict(join(temporary, optimizerFile), own.tensors);
  }
  ranks.barrier();
  if (isFirst) {
    const content: StateFile = {
      format,
      ...state,
      ...facts,
      worldSize: ranks.worldSize,
      classifier: classifier.state,
      backboneOptimizer: { steps: own.steps },
      classifierOptimizer: { steps: centres.steps },
      scaler: learner.scaler?.state,
    };
    await files.writeAtomically(join(temporary, stateFile), [
      Buffer.from(`${JSON.stringify(content, undefined, 2)}\n`),
    ]);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
    await flushFolder(runPaths(out).checkpoints);
  }
  ranks.barrier();
}

/** Deletes all but the newest `keep` checkpoints and the newest of the best. */
export async function pruneCheckpoints(out: string, keep: number): Promise<void> {
  const all = listCheckpoints(out);
  const old = [
    ...all.filter(({ kind }) => kind === 'step').slice(0, -keep),
    ...all.filter(({ kind }) => kind === 'best').slice(0, -1),
  ];
  await Promise.all(old.map(({ folder }) => rm(folder, { recursive: true, force: true })));
}

/**
 * Puts everything back as it was. With another number of ranks the shares of the classes are cut anew, and the place in
 * the epoch is the same share of it.
 * @throws InsightFaceError `CHECKPOINT_INVALID` when it belongs to another experiment; TorchError `CHECKPOINT_INVALID`,
 * `STATE_DICT_MISMATCH`.
 */
export async function loadCheckpoint(
  folder: string,
  learner: Learner,
  facts: RunFacts,
  ranks: Pick<Ranks, 'rank' | 'worldSize'>,
): Promise<RunState> {
  const state = await readState(folder);
  if (state.classes !== facts.classes)
    throw new InsightFaceError(
      'CHECKPOINT_INVALID',
      `${folder} was trained on ${state.classes} people, but this data set has ${facts.classes}. Use it with finetune.from instead.`,
    );
  if (state.optimizer !== facts.optimizer)
    throw new InsightFaceError(
      'CHECKPOINT_INVALID',
      `${folder} was trained with ${state.optimizer}, not ${facts.optimizer}. Keep the optimizer, or use it with finetune.from instead.`,
    );
  const { backbone, backboneOptimizer, classifier, classifierOptimizer } = learner;
  await files.loadStateDictFile(backbone, join(folder, backboneFile));
  await withTensors(join(folder, optimizerFile), tensors =>
    restoreOptimizer(backboneOptimizer, state.backboneOptimizer, tensors),
  );
  await withClassifier(folder, learner, state, ranks, tensors => {
    const weight = tensors.get('weight');
    if (weight?.shape.join() !== classifier.weight.shape.join())
      throw new InsightFaceError('CHECKPOINT_INVALID', `${folder} holds class centres of another shape.`);
    noGrad(() => tidy(() => void ops.copy_(classifier.weight, weight)));
    const slots = [...tensors].flatMap(([name, tensor]) =>
      name.startsWith('optimizer.') ? [[name.slice('optimizer.'.length), tensor] as const] : [],
    );
    restoreOptimizer(classifierOptimizer, state.classifierOptimizer, new Map(slots));
  });
  classifier.restore(state.classifier);
  if (state.scaler) learner.scaler?.restore(state.scaler);
  if (state.worldSize === ranks.worldSize)
    await withTensors(join(folder, `random-${ranks.rank}.safetensors`), tensors =>
      setRandomState(tensors.get('random')!),
    );
  else manualSeed(state.step + ranks.rank);
  return { ...state, position: samePlace(state, facts.stepsPerEpoch) };
}

async function readState(folder: string): Promise<StateFile> {
  const file = join(folder, stateFile);
  try {
    const state = JSON.parse(await readFile(file, 'utf8')) as StateFile;
    if (state.format !== format) throw new Error(`its format is ${state.format}, not ${format}`);
    return state;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new InsightFaceError(
      'CHECKPOINT_INVALID',
      `${file} does not read: ${why}. Resume from another checkpoint.`,
      {
        cause,
      },
    );
  }
}

function restoreOptimizer(
  optimizer: optim.Optimizer,
  { steps }: OptimizerNumbers,
  tensors: ReadonlyMap<string, Tensor>,
): void {
  optimizer.loadStateDict({ steps, tensors, groups: optimizer.stateDict().groups });
}

/** This rank's share of the classes, from however many shares there are. */
async function withClassifier(
  folder: string,
  { classifier, isSharded }: Learner,
  { worldSize }: StateFile,
  ranks: Pick<Ranks, 'rank' | 'worldSize'>,
  use: (tensors: ReadonlyMap<string, Tensor>) => void,
): Promise<void> {
  const file = (rank: number) => join(folder, `classifier-${rank}.safetensors`);
  if (!isSharded || worldSize === ranks.worldSize) return withTensors(file(isSharded ? ranks.rank : 0), use);
  const shares = await Promise.all(
    Array.from({ length: worldSize }, (_, rank) => files.readStateDict(file(rank))),
  );
  try {
    tidy(() => {
      const names = [...(shares[0]?.keys() ?? [])];
      const perClass = classifier.marginLoss.centresPerClass;
      const own = names.map(name => {
        const tensors = shares.map(share => share.get(name)!);
        return [name, reshard(tensors, ranks.rank, ranks.worldSize, perClass)] as const;
      });
      use(new Map(own));
    });
  } finally {
    for (const share of shares) disposeAll(share);
  }
}

async function withTensors(file: string, use: (tensors: ReadonlyMap<string, Tensor>) => void): Promise<void> {
  const tensors = await files.readStateDict(file);
  try {
    tidy(() => use(tensors));
  } finally {
    disposeAll(tensors);
  }
}

function disposeAll(tensors: ReadonlyMap<string, Tensor>): void {
  for (const tensor of tensors.values()) tensor.dispose();
}

function samePlace({ position, stepsPerEpoch }: StateFile, now: number): Position {
  if (now === stepsPerEpoch) return position;
  return {
    epoch: position.epoch,
    step: Math.min(now - 1, Math.floor((position.step / stepsPerEpoch) * now)),
  };
}

function prefixed(prefix: string, tensors: ReadonlyMap<string, Tensor>): [string, Tensor][] {
  return [...tensors].map(([name, tensor]) => [prefix + name, tensor]);
}

/** A rename lasts through a power cut only when its folder is flushed. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
