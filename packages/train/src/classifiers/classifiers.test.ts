// The classifiers against a plain softmax, PartialFC on several ranks against one, sampling, and resharding.
import { manualSeed, memory, noGrad, ops, optim, type Tensor, tensor, tidy } from '@insightface-ts/torch';
import { describe, expect, it } from 'vitest';
import { createLoss, type LossConfig, lossNames } from '../losses/registry.js';
import { gradientError } from '../testing/finite-differences.js';
import { mulberry32, symmetric } from '../testing/mulberry32.js';
import { onRanks } from '../testing/rank-replay.js';
import { classScores, sampleClasses } from './class-sampling.js';
import { classRange, reshard } from './class-shards.js';
import { FullClassifier } from './full-classifier.js';
import { PartialFc } from './partial-fc.js';

const CLASSES = 11;
const SIZE = 6;
const BATCH = 6;
const labels = [0, 10, 4, 4, 7, 1];
const rows = symmetric(1, BATCH * SIZE, 3);

function labelTensor(values: readonly number[]): Tensor {
  return tensor([...values], undefined, { dtype: 'int64' });
}

function values(data: Tensor): number[] {
  return Array.from(data.data(), Number);
}

interface Outcome {
  readonly loss: number;
  readonly embeddings: readonly number[];
  readonly centres: readonly number[];
}

function full(config: LossConfig): Outcome {
  manualSeed(4);
  const classifier = new FullClassifier({
    marginLoss: createLoss(config),
    classes: CLASSES,
    embeddingSize: SIZE,
  });
  const embeddings = tensor(rows, [BATCH, SIZE], { requiresGrad: true });
  const loss = classifier.loss(embeddings, labelTensor(labels));
  loss.backward();
  return {
    loss: loss.item(),
    embeddings: values(embeddings.grad!),
    centres: values(classifier.weight.grad!),
  };
}

/** The joined outcome of several ranks; gradients towards embeddings as data-parallel training averages them. */
function partial(config: LossConfig, worldSize: number): Outcome {
  const parts = onRanks(worldSize, collective => {
    manualSeed(4);
    const marginLoss = createLoss(config);
    const classifier = new PartialFc({ marginLoss, classes: CLASSES, embeddingSize: SIZE, collective });
    const batch = BATCH / worldSize;
    const from = collective.rank * batch;
    const own = tensor(rows.slice(from * SIZE, (from + batch) * SIZE), [batch, SIZE], { requiresGrad: true });
    const loss = classifier.loss(own, labelTensor(labels.slice(from, from + batch)));
    loss.backward();
    return { loss: loss.item(), embeddings: values(own.grad!), centres: values(classifier.weight.grad!) };
  });
  return {
    loss: parts.reduce((sum, part) => sum + part.loss, 0) / worldSize,
    embeddings: parts.flatMap(part => part.embeddings.map(value => value / worldSize)),
    centres: parts.flatMap(part => part.centres),
  };
}

function expectSame(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const largest = Math.max(...expected.map(Math.abs));
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries())
    expect(Math.abs(actual[index]! - value) / largest).toBeLessThan(tolerance);
}

describe('PartialFc at rate 1', () => {
  // ElasticFace draws its margins on each rank anew: without spread it is a fixed margin.
  const configs = lossNames.map(
    (name): LossConfig =>
      name === 'elasticface-arc' || name === 'elasticface-cos'
        ? { name, deviation: 0, plus: true }
        : { name },
  );

  it.each(configs)('equals the full classifier over 1, 2 and 3 ranks: $name', config => {
    const expected = full(config);
    for (const worldSize of [1, 2, 3]) {
      const actual = partial(config, worldSize);
      expect(Math.abs(actual.loss - expected.loss)).toBeLessThan(1e-6 * Math.max(1, expected.loss));
      expectSame(actual.embeddings, expected.embeddings, 1e-6);
      expectSame(actual.centres, expected.centres, 1e-6);
    }
  });
});

describe('FullClassifier', () => {
  it('is softmax cross-entropy of scaled cosines: NormFace against single numbers', () => {
    manualSeed(4);
    const marginLoss = createLoss({ name: 'normface', scale: 10 });
    const classifier = new FullClassifier({ marginLoss, classes: CLASSES, embeddingSize: SIZE });
    const weight = values(classifier.weight);
    const at = (from: ArrayLike<number>, row: number) =>
      Array.from({ length: SIZE }, (_, column) => from[row * SIZE + column]!);
    const dot = (a: number[], b: number[]) => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
    const losses = labels.map((label, row) => {
      const e = at(rows, row);
      const logits = Array.from({ length: CLASSES }, (_, c) => {
        const w = at(weight, c);
        return (10 * dot(e, w)) / Math.hypot(...e) / Math.hypot(...w);
      });
      return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[label]!;
    });
    const mean = losses.reduce((sum, loss) => sum + loss) / BATCH;
    const loss = classifier.loss(tensor(rows, [BATCH, SIZE]), labelTensor(labels));
    expect(loss.item()).toBeCloseTo(mean, 5);
  });

  it.each(['arcface', 'magface', 'softmax'] as const)('has the derivative of its value: %s', name => {
    const start = Float64Array.from(rows);
    const error = gradientError([tensor(start, [BATCH, SIZE])], ([embeddings]) => {
      manualSeed(4);
      const config: LossConfig = name === 'softmax' ? { name } : { name, gradient: 'exact', scale: 8 };
      const marginLoss = createLoss(config);
      const classifier = new FullClassifier({ marginLoss, classes: CLASSES, embeddingSize: SIZE });
      classifier.to({ dtype: 'float64' });
      return classifier.loss(embeddings!, labelTensor(labels));
    });
    expect(error).toBeLessThan(1e-6);
  });

  it('takes the nearest of several centres, and only that one learns', () => {
    const marginLoss = createLoss({ name: 'subcenter-arcface', centresPerClass: 2, scale: 4 });
    const classifier = new FullClassifier({ marginLoss, classes: 2, embeddingSize: 2 });
    const centres = [0, 1, 1, 0.1, -1, 0, 0, -1];
    noGrad(() => ops.copy_(classifier.weight, tensor(Float32Array.from(centres), [4, 2])));
    const embeddings = tensor([[5, 0]]);
    const [first, second] = values(classifier.forward(embeddings));
    expect(first).toBeCloseTo(1 / Math.hypot(1, 0.1), 6);
    expect(second).toBeCloseTo(0, 6);
    classifier.loss(embeddings, labelTensor([0])).backward();
    const gradient = values(classifier.weight.grad!);
    expect(gradient.slice(0, 2)).toEqual([0, 0]);
    expect(Math.hypot(...gradient.slice(2, 4))).toBeGreaterThan(0);
  });
});

describe('sampling', () => {
  it('takes all classes of the batch and the others with the largest numbers, in order', () => {
    const scores = Float32Array.from([0.1, 0.9, 0.3, 0.8, 0.2, 0.7]);
    const sample = sampleClasses(labelTensor([4, -1, 2, 4]), scores, 4);
    expect(values(sample.classes)).toEqual([1, 2, 3, 4]);
    expect(values(sample.labels)).toEqual([3, -1, 1, 3]);
  });

  it('takes more than asked for when the batch has more, and works without any', () => {
    const scores = new Float32Array(6).fill(0.5);
    expect(values(sampleClasses(labelTensor([5, 0, 3]), scores, 1).classes)).toEqual([0, 3, 5]);
    expect(sampleClasses(labelTensor([-1, -1]), scores, 2).classes.shape).toEqual([2]);
  });

  it('is the same for a seed and step however classes are shared out, evenly spread, and new in each step', () => {
    const whole = classScores(9, 3, 0, 20_000);
    expect(Array.from(classScores(9, 3, 500, 50))).toEqual(Array.from(whole.slice(500, 550)));
    expect(whole.every(score => score >= 0 && score < 1)).toBe(true);
    for (const other of [classScores(9, 4, 0, 20_000), classScores(8, 3, 0, 20_000)]) {
      const chosenTwice = whole.filter((score, index) => score > 0.9 && other[index]! > 0.9).length;
      // 1 % of 20,000 by chance, with a deviation of 14.
      expect(Math.abs(chosenTwice - 200)).toBeLessThan(70);
    }
    for (let decile = 0; decile < 10; decile++) {
      const inside = whole.filter(score => Math.floor(score * 10) === decile).length;
      expect(Math.abs(inside - 2000)).toBeLessThan(200);
    }
  });

  it('goes on with the same classes from a checkpoint', () => {
    const make = () => {
      manualSeed(4);
      const marginLoss = createLoss({ name: 'cosface' });
      return new PartialFc({ marginLoss, classes: 40, embeddingSize: SIZE, sampleRate: 0.3, seed: 5 });
    };
    const run = (classifier: PartialFc) =>
      tidy(() => classifier.loss(tensor(rows, [BATCH, SIZE]), labelTensor(labels)).item());
    const first = make();
    const losses = [run(first), run(first), run(first)];
    const resumed = make();
    resumed.restore({ ...resumed.state, step: 2 });
    expect(run(resumed)).toBe(losses[2]);
    expect(new Set(losses).size).toBe(3);
  });

  it('leaves centres that were not drawn without a gradient, and their momentum in place', () => {
    manualSeed(4);
    const marginLoss = createLoss({ name: 'arcface' });
    let drawn = [9, 8, 7];
    const classifier = new PartialFc({
      marginLoss,
      classes: 40,
      embeddingSize: SIZE,
      sampleRate: 0.2,
      scores: (_, start, count) =>
        Float32Array.from({ length: count }, (__, index) =>
          drawn.includes(start + index) ? 0.9 : index / 1000,
        ),
    });
    const optimizer = new optim.Sgd([classifier.weight], { lr: 0.1, momentum: 0.9 });
    const step = () =>
      tidy(() => {
        classifier.loss(tensor(rows, [BATCH, SIZE]), labelTensor(labels)).backward();
        const gradient = values(classifier.weight.grad!);
        optimizer.step();
        optimizer.zeroGrad();
        return gradient;
      });
    const norm = (from: readonly number[], row: number) =>
      Math.hypot(...from.slice(row * SIZE, (row + 1) * SIZE));
    const first = step();
    expect(norm(first, 9)).toBeGreaterThan(0);
    expect(norm(first, 20)).toBe(0);
    const before = values(optimizer.stateDict().tensors.get('0.momentum')!);
    drawn = [20, 21, 22];
    const second = step();
    expect(norm(second, 9)).toBe(0);
    const after = values(optimizer.stateDict().tensors.get('0.momentum')!);
    expect(norm(after, 9) / norm(before, 9)).toBeCloseTo(0.9, 5);
  });
});

describe('PartialFc', () => {
  it('learns to tell random embeddings apart, and leaves no tensors behind', () => {
    manualSeed(4);
    const marginLoss = createLoss({ name: 'cosface', scale: 16, margin: 0.2 });
    const classifier = new PartialFc({ marginLoss, classes: 30, embeddingSize: 16, sampleRate: 0.5 });
    const optimizer = new optim.Sgd([classifier.weight], { lr: 0.5, momentum: 0.9 });
    const data = tensor(symmetric(2, 30 * 16), [30, 16]);
    const own = labelTensor(Array.from({ length: 30 }, (_, index) => index));
    const losses: number[] = [];
    let live = 0;
    for (let step = 0; step < 60; step++) {
      losses.push(
        tidy(() => {
          const loss = classifier.loss(data, own);
          loss.backward();
          optimizer.step();
          optimizer.zeroGrad();
          return loss.item();
        }),
      );
      if (step === 1) live = memory().live;
    }
    expect(memory().live).toBe(live);
    expect(losses.at(-1)!).toBeLessThan(0.3 * losses[0]!);
    const best = values(ops.argmax(classifier.forward(data), 1));
    expect(best).toEqual(values(own));
  });

  it('refuses labels that are no class', () => {
    const marginLoss = createLoss({ name: 'arcface' });
    const classifier = new PartialFc({ marginLoss, classes: CLASSES, embeddingSize: SIZE });
    const embeddings = tensor(rows, [BATCH, SIZE]);
    for (const wrong of [CLASSES, -1])
      expect(() => classifier.loss(embeddings, labelTensor([wrong, ...labels.slice(1)]))).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
  });

  it('refuses a rate of 0 and more ranks than classes', () => {
    const settings = { marginLoss: createLoss({ name: 'arcface' }), classes: 2, embeddingSize: 4 };
    expect(() => new PartialFc({ ...settings, sampleRate: 0 })).toThrow(/above 0, up to 1/);
    expect(() => classRange(2, 0, 3)).toThrow(/use at most 2/);
  });
});

describe('class shards', () => {
  it('share all classes, the first ranks one more', () => {
    expect([0, 1, 2].map(rank => classRange(11, rank, 3))).toEqual([
      { start: 0, count: 4 },
      { start: 4, count: 4 },
      { start: 8, count: 3 },
    ]);
  });

  it.each([1, 3])('are shared out anew for another number of ranks, %i centres per class', perClass => {
    const random = mulberry32(8);
    const all = Array.from({ length: 11 * perClass * 2 }, () => Math.fround(random()));
    const shardsOf = (worldSize: number) =>
      Array.from({ length: worldSize }, (_, rank) => {
        const { start, count } = classRange(11, rank, worldSize);
        const part = all.slice(start * perClass * 2, (start + count) * perClass * 2);
        return tensor(Float32Array.from(part), [count * perClass, 2]);
      });
    for (const from of [1, 2, 5])
      for (const to of [1, 3, 4]) {
        const old = shardsOf(from);
        const expected = shardsOf(to).map(values);
        const actual = expected.map((_, rank) => values(reshard(old, rank, to, perClass)));
        expect(actual).toEqual(expected);
      }
  });
});
