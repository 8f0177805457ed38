// A few whole training steps against InsightFace's: golden/backbones.json, `training`. Order as in its train_v2.py: forward, loss,
// backward, clip the backbone's gradients at 5, SGD step, schedule. In float64, where convolutions are slow, only the first two
// steps of ArcFace's runs.
import { readFileSync } from 'node:fs';
import { type nn, noGrad, ops, optim, type Tensor, tensor, tidy } from '@insightface-ts/torch';
import { expect, it } from 'vitest';
import { PartialFc } from '../classifiers/partial-fc.js';
import { CombinedMargin } from '../losses/combined.js';
import { fillByFormula, formulaImages } from '../testing/formula-weights.js';
import { mulberry32, symmetric } from '../testing/mulberry32.js';
import { sharedPath } from '../testing/shared-data.js';
import { createBackbone } from './registry.js';

interface GoldenRun {
  readonly network: 'mbf' | 'r18';
  readonly margin: readonly [number, number, number, number];
  readonly dtype: 'float32' | 'float64';
  readonly steps: readonly {
    readonly labels: readonly number[];
    readonly loss: number;
    readonly gradient_norm: number;
    readonly class_gradient_norm: number;
    readonly lr: number;
  }[];
  readonly first_step_embedding_first_8: readonly (readonly number[])[];
  readonly first_step_gradient_norms_before_clipping: Readonly<Record<string, number>>;
  readonly centre_norm_after: number;
  readonly last_running_var: { readonly name: string; readonly first_4: readonly number[] };
}

const { runs }: { runs: readonly GoldenRun[] } = JSON.parse(
  readFileSync(sharedPath('golden/backbones.json'), 'utf8'),
).training;

const chosen = runs
  .filter(({ dtype, margin }) => dtype === 'float32' || margin[2] > 0)
  .map(run => (run.dtype === 'float64' ? { ...run, steps: run.steps.slice(0, 2) } : run));

it.each(chosen)('$network, $dtype, margins $margin', run => {
  const { dtype, margin } = run;
  const backbone = createBackbone({ name: run.network });
  fillByFormula(backbone);
  backbone.to({ dtype });
  const [scale, ...margins] = margin;
  const marginLoss = new CombinedMargin({ scale, margins });
  const classifier = new PartialFc({ marginLoss, classes: 20, embeddingSize: 512, probabilityFloor: 1e-30 });
  noGrad(() =>
    tidy(() => void ops.copy_(classifier.weight, tensor(symmetric(90, 20 * 512, 0.02), [20, 512]))),
  );
  classifier.to({ dtype });
  const parameters = backbone.parameters().filter(parameter => parameter.requiresGrad);
  const optimizer = new optim.Sgd([...parameters, classifier.weight], {
    lr: 0.02,
    momentum: 0.9,
    weightDecay: 5e-4,
  });
  const schedule = optim.polynomialWarmup({ warmupSteps: 2, totalSteps: 10 });
  const tolerance = toleranceOf(run);

  for (const [step, expected] of run.steps.entries())
    tidy(() => {
      const random = mulberry32(191 + step);
      const labels = Array.from({ length: 8 }, () => Math.floor(20 * random()));
      expect(labels).toEqual(expected.labels);
      const embeddings = backbone.call(formulaImages(91 + step, 8).to({ dtype }));
      const loss = classifier.loss(embeddings, tensor(labels, undefined, { dtype: 'int64' }));
      loss.backward();
      if (step === 0) checkFirstStep(run, backbone, embeddings);
      expect(Math.abs(loss.item() - expected.loss)).toBeLessThan(1e-3);
      expectClose(normOf(classifier.weight.grad), expected.class_gradient_norm, tolerance);
      expectClose(optim.clipGradNorm(parameters, 5), expected.gradient_norm, tolerance);
      optim.applySchedule(optimizer, schedule, step);
      expectClose(optimizer.groups[0]!.lr, expected.lr, 1e-6);
      optimizer.step();
      optimizer.zeroGrad();
    });

  if (dtype === 'float32') checkEnd(run, backbone, classifier.weight);
  for (const module of [backbone, classifier]) module.dispose();
  optimizer.dispose();
});

function checkEnd(run: GoldenRun, backbone: nn.Module, centres: Tensor): void {
  const tolerance = toleranceOf(run);
  expectClose(normOf(centres), run.centre_norm_after, tolerance);
  const variances = backbone.stateDict().get(run.last_running_var.name)!.data();
  for (const [index, value] of run.last_running_var.first_4.entries())
    expectClose(Number(variances[index]), value, tolerance);
}

function checkFirstStep(run: GoldenRun, backbone: nn.Module, embeddings: Tensor): void {
  const values = embeddings.data();
  for (const [row, numbers] of run.first_step_embedding_first_8.entries())
    for (const [column, value] of numbers.entries())
      expect(Math.abs(Number(values[row * 512 + column]) - value)).toBeLessThan(1e-4);
  const named = backbone.namedParameters();
  for (const [name, norm] of Object.entries(run.first_step_gradient_norms_before_clipping)) {
    const actual = normOf(named.get(name)?.grad);
    // A bias in front of a normalisation has no gradient but rounding.
    if (norm < 1e-5) expect(actual).toBeLessThan(1e-5);
    else expectClose(actual, norm, toleranceOf(run));
  }
}

/** What float32 and float64 differ by in InsightFace's own runs. */
function toleranceOf(run: GoldenRun): number {
  return run.network === 'r18' ? 2e-3 : 1e-3;
}

function normOf(gradient: Tensor | undefined): number {
  return tidy(() => ops.norm(gradient!).item());
}

function expectClose(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual - expected) / Math.abs(expected)).toBeLessThan(relative);
}
