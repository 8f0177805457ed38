// Losses that look at the batch, or remember earlier ones.
import { manualSeed, type Tensor, tensor, tidy } from '@insightface-ts/torch';
import { InsightFaceError } from 'insightface-ts';
import { describe, expect, it } from 'vitest';
import { onRanks } from '../testing/rank-replay.js';
import { createLoss, type LossConfig, parseLoss } from './registry.js';

const alone = { sumOverRanks: (sum: Tensor) => sum, joinBatch: (all: Tensor) => all };
const int64 = { dtype: 'int64' } as const;
const float64 = { dtype: 'float64' } as const;

function logits(config: LossConfig, cosines: number[][], labels: number[], norms: number[]): number[] {
  return tidy(() => {
    const input = {
      cosines: tensor(cosines, undefined, float64),
      labels: tensor(labels, undefined, int64),
      norms: tensor(norms, undefined, float64),
      ...alone,
    };
    return Array.from(createLoss(config).logits(input).data(), Number);
  });
}

describe('interclassFilter', () => {
  it('sets near foreign classes to 0, also in rows whose own class is elsewhere, and spares the own class', () => {
    const rows = [
      [0.9, 0.5, 0.3],
      [0.9, 0.5, 0.3],
    ];
    const config = { name: 'cosface', margin: 0.1, scale: 10, interclassFilter: 0.4 } as const;
    const expected = [8, 0, 3, 0, 0, 3];
    for (const [index, value] of logits(config, rows, [0, -1], [1, 1]).entries())
      expect(value).toBeCloseTo(expected[index]!, 10);
  });
});

describe('CurricularFace', () => {
  it('weighs classes that are harder than the own one by t + cos', () => {
    const own = 0.5;
    const hard = 0.3;
    const easy = -0.4;
    const t = 0.01 * own;
    const [first, second, third] = logits(
      { name: 'curricularface', scale: 1 },
      [[own, hard, easy]],
      [0],
      [1],
    );
    expect(Math.cos(Math.acos(own) + 0.5)).toBeLessThan(hard);
    expect(first).toBeCloseTo(Math.cos(Math.acos(own) + 0.5), 10);
    expect(second).toBeCloseTo(hard * (t + hard), 10);
    expect(third).toBeCloseTo(easy, 10);
  });

  it('remembers t, and goes on from a checkpoint', () => {
    const loss = createLoss({ name: 'curricularface', momentum: 0.5 });
    const step = (cosine: number) =>
      tidy(() => {
        const cosines = tensor([[cosine, 0]], undefined, float64);
        loss.logits({ cosines, labels: tensor([0], undefined, int64), norms: tensor([1]), ...alone });
      });
    step(0.8);
    expect(loss.state).toEqual({ stage: 0.4 });
    loss.restore({ stage: 0.2 });
    step(0.4);
    expect(loss.state['stage']).toBeCloseTo(0.3, 10);
  });

  it('finds the hard classes of a rank by the own class of another rank', () => {
    const cosines = [0.5, 0.3, -0.4];
    const whole = logits({ name: 'curricularface', scale: 1 }, [cosines], [0], [1]);
    const parts = onRanks(3, collective =>
      tidy(() => {
        const { rank } = collective;
        const output = createLoss({ name: 'curricularface', scale: 1 }).logits({
          cosines: tensor([[cosines[rank]!]], undefined, float64),
          labels: tensor([rank === 0 ? 0 : -1], undefined, int64),
          norms: tensor([1]),
          joinBatch: all => all,
          sumOverRanks: sum => {
            collective.allReduce(sum, 'sum');
            return sum;
          },
        });
        return output.item();
      }),
    );
    for (const [rank, value] of parts.entries()) expect(value).toBeCloseTo(whole[rank]!, 12);
  });
});

describe('AdaFace', () => {
  it('keeps running mean and deviation of the norms', () => {
    const loss = createLoss({ name: 'adaface' });
    tidy(() => {
      const cosines = tensor([[0.1], [0.2]], undefined, float64);
      const labels = tensor([0, 0], undefined, int64);
      loss.logits({ cosines, labels, norms: tensor([30, 50], undefined, float64), ...alone });
    });
    expect(loss.state['mean']).toBeCloseTo(0.99 * 20 + 0.01 * 40, 10);
    expect(loss.state['deviation']).toBeCloseTo(0.99 * 100 + 0.01 * Math.sqrt(200), 10);
  });
});

describe('MagFace', () => {
  it('adds lambda (1/a + a / u_a^2)', () => {
    const penalty = createLoss({ name: 'magface' }).penalty(tensor([5, 50], undefined, float64));
    const g = (length: number) => 1 / length + length / 110 ** 2;
    expect(penalty?.item()).toBeCloseTo((35 * (g(10) + g(50))) / 2, 10);
    expect(createLoss({ name: 'magface', penaltyWeight: 0 }).penalty(tensor([5]))).toBeUndefined();
  });
});

describe('ElasticFace', () => {
  const batch = 4000;
  const cosines = Array.from({ length: batch }, (_, row) => [-0.9 + (1.8 * row) / batch]);
  const margins = (plus: boolean) => {
    manualSeed(3);
    const values = logits(
      { name: 'elasticface-cos', scale: 1, plus },
      cosines,
      cosines.map(() => 0),
      cosines.map(() => 1),
    );
    return values.map((value, row) => cosines[row]![0]! - value);
  };

  it('draws margins with the mean and deviation asked for', () => {
    const drawn = margins(false);
    const mean = drawn.reduce((sum, value) => sum + value) / batch;
    const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / batch;
    // Four standard errors.
    expect(Math.abs(mean - 0.35)).toBeLessThan((4 * 0.05) / Math.sqrt(batch));
    expect(Math.abs(Math.sqrt(variance) - 0.05)).toBeLessThan((4 * 0.05) / Math.sqrt(2 * batch));
  });

  it('plus gives the larger margins to the smaller cosines', () => {
    const drawn = margins(true);
    for (const [row, value] of drawn.entries())
      if (row > 0) expect(value).toBeLessThanOrEqual(drawn[row - 1]! + 1e-12);
    expect(drawn[0]! - drawn.at(-1)!).toBeGreaterThan(0.02 * 4);
  });
});

describe('parseLoss', () => {
  it.each([
    [{ name: 'arcfacee' }, /loss\.name.*choose one of softmax/],
    [{ name: 'arcface', margin: 4 }, /loss\.margin.*0 to 3\.14/],
    [{ name: 'cosface', gradient: 'exact' }, /loss\.gradient is not a known option/],
    [{ name: 'magface', normRange: [110, 10] }, /loss\.normRange.*smaller and a larger/],
    [{ name: 'combined', margins: [1, 0.3] }, /loss\.margins/],
    ['arcface', /loss/],
  ])('refuses %j by name', (value, message) => {
    const attempt = () => parseLoss(value);
    expect(attempt).toThrow(InsightFaceError);
    expect(attempt).toThrow(message);
  });
});
