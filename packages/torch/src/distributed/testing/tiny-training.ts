// The same small training on any number of ranks: each takes its part of a fixed joined batch.
import { manualSeed } from '../../engine.js';
import { randn, tensor } from '../../factories.js';
import { BatchNorm1d, BatchNorm2d, Conv2d, chain, Flatten, Linear, Module, PReLU } from '../../nn/index.js';
import * as ops from '../../ops/index.js';
import { Sgd } from '../../optim/index.js';
import { tidy } from '../../scope.js';
import type { Tensor } from '../../tensor.js';
import type { Collective } from '../collective.js';
import { DistributedDataParallel } from '../data-parallel.js';
import { synchronizeBatchNorm } from '../synchronize-batch-norm.js';

/** Divisible by 2 and 3 ranks. */
const JOINED_BATCH = 12;
const STEPS = 8;

export class TinyNet extends Module {
  readonly layers: Module[];

  constructor(batchNorm: boolean) {
    super();
    const head = new Linear(6 * 4 * 4, 5);
    this.layers = batchNorm
      ? [
          new Conv2d(3, 6, 3, { stride: 2, padding: 1 }),
          new BatchNorm2d(6),
          new PReLU(6),
          new Flatten(),
          head,
          new BatchNorm1d(5),
        ]
      : [new Conv2d(3, 6, 3, { stride: 2, padding: 1 }), new PReLU(6), new Flatten(), head];
  }

  forward(x: Tensor): Tensor {
    return chain(x, this.layers);
  }
}

export interface TrainingOptions {
  readonly batchNorm: boolean;
  /** Parts in which each rank's batch is worked off before a step. */
  readonly accumulate?: number;
  readonly bucketBytes?: number;
}

/** Trains, and returns the state dict as plain numbers. */
export function trainTiny(group: Collective, options: TrainingOptions): Record<string, number[]> {
  // Other weights on every rank: rank 0's must win.
  manualSeed(100 + group.rank);
  const network = synchronizeBatchNorm(new TinyNet(options.batchNorm), group);
  const model = new DistributedDataParallel(
    network,
    group,
    options.bucketBytes ? { bucketBytes: options.bucketBytes } : {},
  );
  const optimizer = new Sgd(network.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 1e-3 });
  const parts = options.accumulate ?? 1;
  const own = JOINED_BATCH / group.worldSize;
  for (let step = 0; step < STEPS; step++) {
    tidy(() => {
      manualSeed(step);
      const images = ops.narrow(randn([JOINED_BATCH, 3, 8, 8]), 0, group.rank * own, own);
      const labels = ops.narrow(labelsOf(step), 0, group.rank * own, own);
      const backward = (part: number) => {
        const size = own / parts;
        const logits = model.call(ops.narrow(images, 0, part * size, size));
        const loss = ops.crossEntropyLoss(logits, ops.narrow(labels, 0, part * size, size));
        ops.div(loss, parts).backward();
      };
      for (let part = 0; part < parts - 1; part++) model.accumulate(() => backward(part));
      backward(parts - 1);
      optimizer.step();
      optimizer.zeroGrad();
    });
  }
  model.close();
  return Object.fromEntries(
    [...network.stateDict()].map(([name, values]) => [name, [...values.data()].map(Number)]),
  );
}

function labelsOf(step: number): Tensor {
  return tensor(BigInt64Array.from({ length: JOINED_BATCH }, (_, index) => BigInt((index * 7 + step) % 5)));
}
