// A run while it goes on: steps, lines of metrics, evaluations and checkpoints, each at its time.
import { distributed } from '@insightface-ts/torch';
import type { Batch, BatchLoader, Position } from '../data/loader/batch-loader.js';
import { trainUnfrozen } from '../finetune/choose-parameters.js';
import {
  type Learner,
  pruneCheckpoints,
  type RunFacts,
  type RunState,
  saveCheckpoint,
} from './checkpoint.js';
import { afterEvaluation } from './early-stop.js';
import type { Experiment } from './experiment.js';
import { LossWatch } from './loss-watch.js';
import type { EvaluationFigures, MetricsLine } from './metrics.js';
import { type Plan, progressOf, rateFactor, secondsLeft, stepsInAll } from './progress.js';
import { onEveryRank } from './ranks.js';
import type { RunLog } from './run-log.js';
import { takeStep } from './take-step.js';
import { figuresOf, type VerificationSet, verify } from './verification.js';

/** Where a run is; told after every step. */
export interface TrainProgress {
  /** Steps done, and their number where the schedule fixes it. */
  readonly step: number;
  readonly steps: number | undefined;
  readonly epoch: number;
  readonly loss: number;
  readonly lr: number;
  /** Over all ranks. */
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
  /** Share of the run, 0 to 1. */
  readonly share: number;
}

/** How a run ended. */
export interface TrainResult {
  readonly reason: 'finished' | 'stopped early' | 'interrupted';
  readonly step: number;
  readonly seconds: number;
  /** Of the last evaluation, by set. */
  readonly evaluations: readonly EvaluationFigures[];
}

/** Everything that a run is made of. */
export interface RunParts {
  readonly experiment: Experiment;
  readonly out: string;
  readonly learner: Learner;
  readonly loader: BatchLoader;
  readonly sets: readonly VerificationSet[];
  readonly plan: Plan;
  readonly facts: RunFacts;
  readonly collective: distributed.Collective;
  /** Undefined on all ranks but the first. */
  readonly log: RunLog | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: TrainProgress) => void) | undefined;
}

/** Sums over some steps. */
interface Window {
  readonly losses: number;
  readonly steps: number;
  readonly images: number;
  readonly seconds: number;
}

const noSteps: Window = { losses: 0, steps: 0, images: 0, seconds: 0 };

/** Trains from a state to the end of the schedule. */
export class Run {
  readonly #parts: RunParts;
  readonly #model: distributed.DistributedDataParallel;
  readonly #watch = new LossWatch();
  #state: RunState;
  #evaluations: EvaluationFigures[] = [];
  /** Since the last line of metrics. */
  #window: Window = noSteps;
  #line: MetricsLine | undefined;
  /** Of the last step. */
  #lr = 0;
  #saved: number;

  constructor(parts: RunParts, state: RunState) {
    this.#parts = parts;
    this.#state = state;
    this.#saved = state.step;
    this.#line = parts.log?.lines().at(-1);
    this.#evaluations = parts.log?.evaluationsAt(state.earlyStop.step) ?? [];
    this.#model = new distributed.DistributedDataParallel(parts.learner.backbone, parts.collective);
  }

  async train(): Promise<TrainResult> {
    const { loader, experiment } = this.#parts;
    const batches = loader.batches(this.#state.position);
    let reason: TrainResult['reason'] | undefined = this.#ending();
    trainUnfrozen(this.#parts.learner.backbone);
    try {
      while (reason === undefined) {
        const started = performance.now();
        const taken: Batch[] = [];
        while (taken.length < experiment.gradientAccumulation) taken.push((await batches.next()).value);
        const isInterrupted = this.#step(taken, started);
        await this.#afterStep();
        reason = this.#ending() ?? (isInterrupted ? 'interrupted' : undefined);
      }
      this.#logWindow();
      if (reason !== 'interrupted') await this.#evaluate();
      await this.#save('step');
    } finally {
      this.#model.close();
      await loader.close();
    }
    const { step, seconds } = this.#state;
    return { reason, step, seconds, evaluations: this.#evaluations };
  }

  /** How the run ends here, if it does. */
  #ending(): 'finished' | 'stopped early' | undefined {
    const { plan, experiment } = this.#parts;
    if (progressOf(plan, this.#done()) >= 1) return 'finished';
    const { patience = Number.POSITIVE_INFINITY } = experiment.earlyStop ?? {};
    return this.#state.earlyStop.since >= patience ? 'stopped early' : undefined;
  }

  /** @returns whether any rank was asked to stop. */
  #step(batches: readonly Batch[], started: number): boolean {
    const { experiment, learner, plan, collective, onProgress, signal } = this.#parts;
    const { step } = this.#state;
    const factor = rateFactor(experiment.schedule, progressOf(plan, this.#done()));
    const lr = experiment.optimizer.lr * factor;
    this.#lr = lr;
    for (const { groups } of [learner.backboneOptimizer, learner.classifierOptimizer])
      for (const group of groups) group.lr = group.initialLr * factor;
    const { clipNorm, device, precision } = experiment;
    const ownLoss = takeStep(this.#model, learner, batches, collective, this.#watch, {
      step,
      lr,
      clipNorm,
      device,
      precision,
    });
    const images = batches.reduce((sum, { labels }) => sum + labels.length, 0) * collective.worldSize;
    const own = (performance.now() - started) / 1000;
    // The clock and the wish to stop must be the same on all ranks, or they part ways.
    const ranks = onEveryRank(collective, [own, signal?.aborted ? 1 : 0, ownLoss], device);
    const seconds = Math.max(...ranks.map(([its = 0]) => its));
    const isInterrupted = ranks.some(([, wish]) => wish === 1);
    const loss = ranks.reduce((sum, [, , its = 0]) => sum + its, 0) / ranks.length;
    const window = this.#window;
    this.#window = {
      losses: window.losses + loss,
      steps: window.steps + 1,
      images: window.images + images,
      seconds: window.seconds + seconds,
    };
    this.#state = {
      ...this.#state,
      step: step + 1,
      seconds: this.#state.seconds + seconds,
      position: this.#next(batches.at(-1)!),
    };
    const all = stepsInAll(plan, this.#done());
    onProgress?.({
      ...{ step: step + 1, loss, lr, imagesPerSecond: images / seconds },
      steps: Number.isFinite(all) ? all : undefined,
      epoch: this.#epoch(),
      share: progressOf(plan, this.#done()),
      secondsLeft: secondsLeft(plan, this.#done()),
    });
    return isInterrupted;
  }

  /** Metrics, evaluation and checkpoint, where one is due. */
  async #afterStep(): Promise<void> {
    const { experiment, plan } = this.#parts;
    const { step } = this.#state;
    const isDue = (everySteps: number) => step % (everySteps === 0 ? plan.stepsPerEpoch : everySteps) === 0;
    if (step % experiment.logEverySteps === 0) this.#logWindow();
    if (isDue(experiment.evaluate.everySteps)) await this.#evaluate();
    // The end of a run is saved after its last evaluation.
    if (isDue(experiment.checkpoint.everySteps) && !this.#ending()) await this.#save('step');
  }

  #logWindow(): void {
    if (this.#window.steps === 0) return;
    this.#line = this.#lineOf(this.#window);
    this.#window = noSteps;
    this.#parts.log?.add(this.#line);
  }

  #lineOf({ losses, steps, images, seconds }: Window): MetricsLine {
    return {
      step: this.#state.step,
      epoch: this.#epoch(),
      loss: losses / steps,
      lr: this.#lr,
      imagesPerSecond: images / seconds,
      seconds: this.#state.seconds,
    };
  }

  /** Judges the network on all sets, by the first rank; the others wait. */
  async #evaluate(): Promise<void> {
    const { learner, sets, experiment, collective, log } = this.#parts;
    const { step, earlyStop: before } = this.#state;
    if (experiment.evaluate.sets.length === 0 || before.step === step) return;
    this.#logWindow();
    this.#model.synchronizeBuffers();
    if (collective.rank === 0) {
      this.#evaluations = [];
      for (const set of sets) {
        const figures = figuresOf(set.name, await verify(learner.backbone, set, experiment.device));
        this.#evaluations.push(figures);
        if (this.#line) log?.add({ ...this.#line, step, eval: figures });
      }
    }
    trainUnfrozen(learner.backbone);
    const own = [this.#evaluations[0]?.accuracy ?? -1];
    const [[accuracy = -1] = []] = onEveryRank(collective, own, experiment.device);
    const earlyStop = afterEvaluation(before, step, accuracy);
    this.#state = { ...this.#state, earlyStop };
    if (earlyStop.since === 0) await this.#save('best');
  }

  async #save(kind: 'step' | 'best'): Promise<void> {
    const { out, learner, facts, collective, experiment, log } = this.#parts;
    if (kind === 'step' && this.#saved === this.#state.step) return;
    if (kind === 'step') this.#saved = this.#state.step;
    this.#model.synchronizeBuffers();
    await saveCheckpoint(out, kind, learner, this.#state, facts, collective);
    if (collective.rank === 0) await pruneCheckpoints(out, experiment.checkpoint.keep);
    log?.report();
  }

  #done() {
    return { steps: this.#state.step, epochs: this.#epoch(), seconds: this.#state.seconds };
  }

  #epoch(): number {
    const { epoch, step } = this.#state.position;
    const { stepsPerEpoch } = this.#parts.loader;
    return (epoch * stepsPerEpoch + step) / stepsPerEpoch;
  }

  #next({ epoch, step }: Position): Position {
    const isLast = step + 1 === this.#parts.loader.stepsPerEpoch;
    return isLast ? { epoch: epoch + 1, step: 0 } : { epoch, step: step + 1 };
  }
}
