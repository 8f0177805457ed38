// The same small training with the classes shared out over any number of ranks, or all in a plain classifier. As a program, one
// of the ranks: `train-sharded.ts FOLDER` writes what it has learned to FOLDER/RANK.json.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { distributed, manualSeed, nn, noGrad, optim, tensor, tidy } from '@insightface-ts/torch';
import { FullClassifier } from '../classifiers/full-classifier.js';
import { PartialFc } from '../classifiers/partial-fc.js';
import { createLoss } from '../losses/registry.js';
import { symmetric } from './mulberry32.js';

// Not divisible by 2 or 3 ranks; the joined batch is.
const CLASSES = 13;
const JOINED_BATCH = 12;
const FEATURES = 10;
const EMBEDDING = 8;
const STEPS = 6;

/** What a training comes to: the loss of each step, the network's weight and the class centres it holds. */
export interface Learned {
  readonly losses: number[];
  readonly network: number[];
  readonly centres: number[];
}

/** Trains on this rank's part of each joined batch. */
export function trainSharded(
  kind: 'full' | 'partial',
  loss: 'arcface' | 'cosface',
  collective: distributed.Collective,
): Learned {
  const { rank, worldSize } = collective;
  manualSeed(1);
  const network = new nn.Linear(FEATURES, EMBEDDING, { bias: false });
  const options = { marginLoss: createLoss({ name: loss }), classes: CLASSES, embeddingSize: EMBEDDING };
  manualSeed(2);
  const classifier =
    kind === 'full' ? new FullClassifier(options) : new PartialFc({ ...options, collective, sampleRate: 1 });
  const model = new distributed.DistributedDataParallel(network, collective);
  const optimizers = [network, classifier].map(
    module => new optim.Sgd(module.parameters(), { lr: 0.02, momentum: 0.9, weightDecay: 5e-4 }),
  );
  const batch = JOINED_BATCH / worldSize;
  const losses = Array.from({ length: STEPS }, (_, step) =>
    tidy(() => {
      const rows = symmetric(step, JOINED_BATCH * FEATURES).slice(
        rank * batch * FEATURES,
        (rank + 1) * batch * FEATURES,
      );
      const labels = Array.from(
        { length: batch },
        (_, index) => (5 * (rank * batch + index) + step) % CLASSES,
      );
      const value = classifier.loss(
        model.call(tensor(rows, [batch, FEATURES])),
        tensor(labels, undefined, { dtype: 'int64' }),
      );
      value.backward();
      for (const optimizer of optimizers) {
        optimizer.step();
        optimizer.zeroGrad();
      }
      return value.item();
    }),
  );
  model.close();
  return noGrad(() => ({
    losses,
    network: Array.from(network.weight.data(), Number),
    centres: Array.from(classifier.weight.data(), Number),
  }));
}

const folder = process.argv[2];
if (folder !== undefined && process.env['RANK'] !== undefined) {
  const collective = await distributed.init();
  const learned = (['arcface', 'cosface'] as const).map(loss => trainSharded('partial', loss, collective));
  writeFileSync(join(folder, `${collective.rank}.json`), JSON.stringify(learned));
  collective.close();
}
