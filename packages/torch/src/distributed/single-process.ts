// A job of one process: nothing to send, the same interface.
import { call } from '../ops/call.js';
import type { Tensor } from '../tensor.js';
import { type Collective, type GradientAverage, noAverage } from './collective.js';

/** The only rank of its job. */
export class SingleProcess implements Collective {
  readonly rank = 0;
  readonly worldSize = 1;
  readonly localRank = 0;
  readonly backend = 'none';

  allReduce(): void {}

  allGather(tensor: Tensor): Tensor {
    return call('alias', tensor);
  }

  broadcast(): void {}

  barrier(): void {}

  averageGradients(): GradientAverage {
    return noAverage;
  }

  close(): void {}
}
