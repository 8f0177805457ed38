// Every loss against its formula, written out for single numbers, and its exact gradient against finite differences.
import { manualSeed, ops, type Tensor, tensor, tidy } from '@insightface-ts/torch';
import { describe, expect, it } from 'vitest';
import { gradientError } from '../testing/finite-differences.js';
import { mulberry32 } from '../testing/mulberry32.js';
import { createLoss, type LossConfig, type LossName, lossNames, parseLoss } from './registry.js';

const BATCH = 8;
const CLASSES = 6;

/** Cosines over the whole range; the rows' own ones go from -0.95 to 0.95, so that every guard is crossed. */
function exampleCosines(): number[][] {
  const random = mulberry32(5);
  return Array.from({ length: BATCH }, (_, row) =>
    Array.from({ length: CLASSES }, (_, column) =>
      column === labels[row] ? -0.95 + (1.9 * row) / (BATCH - 1) : 0.95 * (2 * random() - 1),
    ),
  );
}

// Row 3 has its class on another rank.
const labels = [0, 5, 2, -1, 1, 4, 3, 2];
const norms = [8, 15, 22, 31, 47, 70, 99, 130];
const cosines = exampleCosines();

function input(values: Tensor, lengths: Tensor) {
  return {
    cosines: values,
    labels: tensor(labels, undefined, { dtype: 'int64' }),
    norms: lengths,
    sumOverRanks: (sum: Tensor) => sum,
    joinBatch: (all: Tensor) => all,
  };
}

function logitsOf(config: LossConfig, values: number[][] = cosines): number[][] {
  manualSeed(7);
  const loss = createLoss(config);
  const data = tidy(() => {
    const float64 = { dtype: 'float64' } as const;
    const logits = loss.logits(input(tensor(values, undefined, float64), tensor(norms, undefined, float64)));
    return Array.from(logits.data(), Number);
  });
  return values.map((_, row) => data.slice(row * CLASSES, (row + 1) * CLASSES));
}

/** The logit of the own class, from its cosine and the embedding's length, by each paper's formula. */
type OwnLogit = (cosine: number, norm: number) => number;

const guarded =
  (margin: number): OwnLogit =>
  cosine =>
    Math.acos(cosine) + margin < Math.PI
      ? Math.cos(Math.acos(cosine) + margin)
      : cosine - margin * Math.sin(margin);

const formulas: readonly (readonly [LossConfig, OwnLogit])[] = [
  [{ name: 'softmax' }, cosine => cosine],
  [{ name: 'normface', scale: 64 }, cosine => 64 * cosine],
  [
    { name: 'sphereface', margin: 4, scale: 30 },
    cosine => {
      const angle = Math.acos(cosine);
      const folds = Math.floor((4 * angle) / Math.PI);
      return 30 * ((-1) ** folds * Math.cos(4 * angle) - 2 * folds);
    },
  ],
  [{ name: 'cosface', margin: 0.35, scale: 64 }, cosine => 64 * (cosine - 0.35)],
  [{ name: 'arcface', margin: 0.5, scale: 64 }, cosine => 64 * guarded(0.5)(cosine, 0)],
  [{ name: 'arcface', guard: false, scale: 1 }, cosine => Math.cos(Math.acos(cosine) + 0.5)],
  [{ name: 'subcenter-arcface', scale: 64 }, cosine => 64 * guarded(0.5)(cosine, 0)],
  [{ name: 'combined', scale: 64 }, cosine => 64 * (guarded(0.3)(cosine, 0) - 0.2)],
  [
    { name: 'combined', margins: [0.9, 0.4, 0.15], guard: false, scale: 64 },
    cosine => 64 * (Math.cos(0.9 * Math.acos(cosine) + 0.4) - 0.15),
  ],
  [
    { name: 'combined', margins: [1.2, 0.1, 0.1], scale: 64 },
    cosine => {
      const turned = 1.2 * Math.acos(cosine) + 0.1;
      const limit = (Math.PI - 0.1) / 1.2;
      const value = turned < Math.PI ? Math.cos(turned) : cosine - (Math.PI - limit) * Math.sin(limit);
      return 64 * (value - 0.1);
    },
  ],
  [
    { name: 'adaface', momentum: 1, scale: 64 },
    (cosine, norm) => {
      const clipped = norms.map(length => Math.min(length, 100));
      const mean = clipped.reduce((sum, length) => sum + length) / BATCH;
      const variance = clipped.reduce((sum, length) => sum + (length - mean) ** 2, 0) / (BATCH - 1);
      const standard = ((Math.min(norm, 100) - mean) / (Math.sqrt(variance) + 1e-3)) * 0.333;
      const z = Math.max(-1, Math.min(1, standard));
      const turned = Math.max(1e-3, Math.min(Math.PI - 1e-3, Math.acos(cosine) - 0.4 * z));
      return 64 * (Math.cos(turned) - 0.4 * (1 + z));
    },
  ],
  [
    { name: 'magface', scale: 64 },
    (cosine, norm) => {
      const length = Math.max(10, Math.min(110, norm));
      return 64 * guarded(0.45 + (0.35 * (length - 10)) / 100)(cosine, norm);
    },
  ],
  [{ name: 'curricularface', scale: 64 }, cosine => 64 * guarded(0.5)(cosine, 0)],
  [{ name: 'elasticface-arc', deviation: 0, scale: 64 }, cosine => 64 * guarded(0.5)(cosine, 0)],
  [{ name: 'elasticface-cos', deviation: 0, scale: 64 }, cosine => 64 * (cosine - 0.35)],
];

describe('logits', () => {
  it('of every loss are tested here', () => {
    expect(new Set(formulas.map(([{ name }]) => name))).toEqual(new Set(lossNames));
  });

  it.each(formulas)('of the own class follow the formula: %j', (config, formula) => {
    const logits = logitsOf(config);
    for (const [row, label] of labels.entries())
      if (label >= 0) expect(logits[row]![label]).toBeCloseTo(formula(cosines[row]![label]!, norms[row]!), 8);
  });

  it.each(formulas.filter(([{ name }]) => name !== 'curricularface'))(
    'of foreign classes are the scaled cosines: %j',
    config => {
      const scale = createLoss(config).scale;
      const logits = logitsOf(config);
      for (const [row, values] of cosines.entries())
        for (const [column, cosine] of values.entries())
          if (column !== labels[row]) expect(logits[row]![column]).toBeCloseTo(scale * cosine, 8);
    },
  );

  it('fall with the angle over the whole range where the loss has a guard', () => {
    const guards = [
      'sphereface',
      'arcface',
      'combined',
      'magface',
      'curricularface',
      'elasticface-arc',
      'subcenter-arcface',
    ] as const;
    const extreme = [
      { name: 'arcface', margin: 3 },
      { name: 'magface', marginRange: [0.5, 3] },
      ...[1.35, 2, 4, 16].map(factor => ({ name: 'combined', margins: [factor, 0.3, 0.1] })),
    ];
    const usual = guards.map(name => (name === 'elasticface-arc' ? { name, deviation: 0 } : { name }));
    for (const options of [...usual, ...extreme]) {
      const rows = Array.from({ length: BATCH }, (_, row) => {
        const angle = 0.1 + (3.04 * row) / (BATCH - 1);
        return Array.from({ length: CLASSES }, () => Math.cos(angle));
      });
      const config = parseLoss(options);
      const logits = logitsOf(config, rows);
      const own = labels.flatMap((label, row) => (label < 0 ? [] : [logits[row]![label]!]));
      for (const [index, value] of own.entries()) if (index > 0) expect(value).toBeLessThan(own[index - 1]!);
    }
  });

  it('are finite, with finite gradients, for cosines of exactly 1 and -1', () => {
    for (const name of lossNames)
      for (const end of [1, -1])
        tidy(() => {
          const values = tensor(
            cosines.map(row => row.map(() => end)),
            undefined,
            { requiresGrad: true },
          );
          const logits = createLoss(withExactGradient(name)).logits(input(values, tensor(norms)));
          ops.sum(logits).backward();
          expect(Array.from(logits.data(), Number).every(Number.isFinite)).toBe(true);
          expect(Array.from(values.grad!.data(), Number).every(Number.isFinite)).toBe(true);
        });
  });
});

const hasChoice: ReadonlySet<string> = new Set([
  'sphereface',
  'arcface',
  'combined',
  'subcenter-arcface',
  'adaface',
  'magface',
  'curricularface',
  'elasticface-arc',
]);

function withExactGradient(name: LossName): LossConfig {
  return parseLoss(hasChoice.has(name) ? { name, gradient: 'exact' } : { name });
}

describe('exact gradients', () => {
  const float64 = { dtype: 'float64' } as const;
  const lengths = tensor(norms, undefined, float64);
  const weights = tensor(
    cosines.map((row, r) => row.map((_, c) => Math.sin(3 * r + 5 * c))),
    undefined,
    float64,
  );
  const error = (config: LossConfig, inputs: readonly Tensor[]) =>
    gradientError(inputs, ([values, ofLengths = lengths]) => {
      manualSeed(11);
      const loss = createLoss(config);
      const logits = loss.logits(input(values!, ofLengths));
      const penalty = loss.penalty(ofLengths);
      const total = ops.sum(ops.mul(logits, weights));
      return penalty ? ops.add(total, penalty) : total;
    });

  it.each(lossNames)('of %s agree with finite differences', name => {
    const config = withExactGradient(name);
    // t moves with the cosines, but has no gradient by definition: it must not move here.
    const still = name === 'curricularface' ? { ...config, momentum: 1e-6 } : config;
    expect(error(still, [tensor(cosines, undefined, float64)])).toBeLessThan(
      1e-7 + 1e-5 * Number(still !== config),
    );
  });

  it('of MagFace reach the norms too, through margin and penalty', () => {
    expect(error({ name: 'magface' }, [tensor(cosines, undefined, float64), lengths])).toBeLessThan(1e-7);
  });

  it('differ from the straight-through one by sin(theta + m) / sin(theta)', () => {
    const gradientOf = (gradient: 'exact' | 'straightThrough') =>
      tidy(() => {
        const values = tensor(cosines, undefined, { dtype: 'float64', requiresGrad: true });
        const loss = createLoss({ name: 'arcface', gradient, guard: false });
        ops.sum(loss.logits(input(values, tensor(norms)))).backward();
        return Array.from(values.grad!.data(), Number);
      });
    const exact = gradientOf('exact');
    const through = gradientOf('straightThrough');
    for (const [row, label] of labels.entries())
      for (let column = 0; column < CLASSES; column++) {
        const angle = Math.acos(cosines[row]![column]!);
        const factor = column === label ? Math.sin(angle + 0.5) / Math.sin(angle) : 1;
        expect(through[row * CLASSES + column]).toBeCloseTo(64, 10);
        expect(exact[row * CLASSES + column]).toBeCloseTo(64 * factor, 8);
      }
  });
});
