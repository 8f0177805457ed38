// The margins against InsightFace's own code: golden/training.json.
import { readFileSync } from 'node:fs';
import { ops, type Tensor, tensor } from '@insightface-ts/torch';
import { describe, expect, it } from 'vitest';
import { sharedPath } from '../testing/shared-data.js';
import type { MarginLoss } from './margin-loss.js';
import { createLoss, type LossConfig } from './registry.js';

interface Golden {
  readonly inputs: {
    readonly 'logits_before_margin (cosines)': number[][];
    readonly labels: number[];
    readonly upstream_gradient: number[][];
  };
  readonly losses: readonly { case: string; output?: number[][]; gradient_of_input?: number[][] }[];
}

const golden: Golden = JSON.parse(readFileSync(sharedPath('golden/training.json'), 'utf8'));

// InsightFace leaves m2 out when m3 > 0, so its (1, .3, .2) is our (1, 0, .2).
const losses: Readonly<Record<string, LossConfig>> = {
  'CombinedMarginLoss(64, 1.0, 0.5, 0.0)': { name: 'combined', margins: [1, 0.5, 0] },
  'CombinedMarginLoss(64, 1.0, 0.0, 0.4)': { name: 'combined', margins: [1, 0, 0.4] },
  'CombinedMarginLoss(30, 1.0, 0.3, 0.0)': { name: 'combined', scale: 30, margins: [1, 0.3, 0] },
  'CombinedMarginLoss(64, 1.0, 0.3, 0.2)': { name: 'combined', margins: [1, 0, 0.2] },
  'CombinedMarginLoss(64, 1.0, 0.5, 0.0, interclass_filtering_threshold=0.4)': {
    name: 'combined',
    margins: [1, 0.5, 0],
    interclassFilter: 0.4,
  },
  'CombinedMarginLoss(64, 1.0, 0.0, 0.4, interclass_filtering_threshold=0.4)': {
    name: 'combined',
    margins: [1, 0, 0.4],
    interclassFilter: 0.4,
  },
  'ArcFace(64, 0.5)': { name: 'arcface' },
  'ArcFace(32, 0.3)': { name: 'arcface', scale: 32, margin: 0.3 },
  'CosFace(64, 0.4)': { name: 'cosface' },
  'CosFace(32, 0.35)': { name: 'cosface', scale: 32, margin: 0.35 },
};

describe('logits and gradients of InsightFace', () => {
  const run = golden.losses.filter(({ output }) => output);

  it('covers every case that InsightFace itself computes', () => {
    expect(Object.keys(losses).sort()).toEqual(run.map(({ case: name }) => name).sort());
  });

  it.each(run)('$case', ({ case: name, output = [], gradient_of_input = [] }) => {
    const { logits, gradient } = runLoss(createLoss(losses[name]!));
    expect(largestDifference(logits, output)).toBeLessThan(1e-4);
    expect(largestDifference(gradient, gradient_of_input)).toBeLessThan(2e-4);
  });
});

function runLoss(loss: MarginLoss): { logits: Tensor; gradient: Tensor } {
  const { inputs } = golden;
  const cosines = tensor(inputs['logits_before_margin (cosines)'], undefined, { requiresGrad: true });
  const labels = tensor(inputs.labels, undefined, { dtype: 'int64' });
  const norms = ops.newEmpty(cosines, [labels.size]);
  const logits = loss.logits({ cosines, labels, norms, sumOverRanks: sum => sum, joinBatch: all => all });
  logits.backward(tensor(inputs.upstream_gradient));
  return { logits, gradient: cosines.grad! };
}

function largestDifference(actual: Tensor, expected: number[][]): number {
  const wanted = expected.flat();
  return Math.max(
    ...Array.from(actual.data(), Number).map((value, index) => Math.abs(value - wanted[index]!)),
  );
}
