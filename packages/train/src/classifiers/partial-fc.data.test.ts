// PartialFC against InsightFace's PartialFC_V2, in one process and two: golden/training.json.
import { readFileSync } from 'node:fs';
import { noGrad, ops, type Tensor, tensor } from '@insightface-ts/torch';
import { describe, expect, it } from 'vitest';
import { createLoss, type LossConfig } from '../losses/registry.js';
import { mulberry32, symmetric } from '../testing/mulberry32.js';
import { onRanks } from '../testing/rank-replay.js';
import { sharedPath } from '../testing/shared-data.js';
import type { ClassCollective } from './collective.js';
import { PartialFc } from './partial-fc.js';

interface GoldenCase {
  readonly case: string;
  readonly sample_rate: number;
  readonly world_size: number;
  readonly rank: number;
  readonly class_start: number;
  readonly num_local: number;
  readonly loss: number;
  readonly gradient_of_embeddings: number[][];
  readonly gradient_of_weight: number[][];
}

const golden: { partial_fc: { labels: number[]; cases: GoldenCase[] } } = JSON.parse(
  readFileSync(sharedPath('golden/training.json'), 'utf8'),
);
const { labels, cases } = golden.partial_fc;

function lossOf(name: string): LossConfig {
  const scale = Number(/s=(\d+)/.exec(name)?.[1]);
  const margin = Number(/m=([\d.]+)/.exec(name)?.[1]);
  const filter = /filter ([\d.]+)/.exec(name)?.[1];
  const interclassFilter = filter ? { interclassFilter: Number(filter) } : {};
  return { name: name.startsWith('Arc') ? 'arcface' : 'cosface', scale, margin, ...interclassFilter };
}

function run(expected: GoldenCase, collective: ClassCollective) {
  const { rank, worldSize } = collective;
  const classifier = new PartialFc({
    marginLoss: createLoss(lossOf(expected.case)),
    classes: 12,
    embeddingSize: 16,
    sampleRate: expected.sample_rate,
    collective,
    scores: (_, start, count) => {
      const random = mulberry32(4102);
      return Float32Array.from({ length: 12 }, () => random()).slice(start, start + count);
    },
    probabilityFloor: 1e-30,
  });
  const { start, count } = classifier.range;
  const centres = symmetric(4101, 12 * 16, 0.02).slice(start * 16, (start + count) * 16);
  noGrad(() => ops.copy_(classifier.weight, tensor(centres, [count, 16])));
  const batch = 8 / worldSize;
  const rows = symmetric(4100, 8 * 16).slice(rank * batch * 16, (rank + 1) * batch * 16);
  const embeddings = tensor(rows, [batch, 16], { requiresGrad: true });
  const own = labels.slice(rank * batch, (rank + 1) * batch);
  const loss = classifier.loss(embeddings, tensor(own, undefined, { dtype: 'int64' }));
  loss.backward();
  return { range: classifier.range, loss, embeddings: embeddings.grad!, weight: classifier.weight.grad! };
}

describe.each(cases)('$case, rate $sample_rate, rank $rank of $world_size', expected => {
  it('has the loss and the gradients of InsightFace', () => {
    const outcome = onRanks(expected.world_size, collective => run(expected, collective))[expected.rank]!;
    expect(outcome.range).toEqual({ start: expected.class_start, count: expected.num_local });
    expect(Math.abs(outcome.loss.item() - expected.loss)).toBeLessThan(1e-4);
    expect(relativeDifference(outcome.embeddings, expected.gradient_of_embeddings)).toBeLessThan(1e-5);
    expect(relativeDifference(outcome.weight, expected.gradient_of_weight)).toBeLessThan(1e-5);
  });
});

/** Of the largest element. */
function relativeDifference(actual: Tensor, expected: number[][]): number {
  const wanted = expected.flat();
  const differences = Array.from(actual.data(), Number).map((value, index) =>
    Math.abs(value - wanted[index]!),
  );
  return Math.max(...differences) / Math.max(...wanted.map(Math.abs));
}
