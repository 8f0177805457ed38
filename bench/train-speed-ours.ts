// One contender of train-speed.ts: forward and backward of a network here, in a process of its own; a step for each line of
// standard input. The same work, the same numbers in and the same report as peers/train_speed.py.
import { createInterface } from 'node:readline';
import { arange, info, nn, noGrad, ops, setThreads, type Tensor, tidy } from '@insightface-ts/torch';
// The networks alone: Python does not load what reads data either.
import { createBackbone } from '@insightface-ts/train/backbones';
import type { Contender, StepReport } from './train-speed.js';

const config = JSON.parse(process.argv[2] ?? '{}') as Contender;
setThreads(config.threads);
const network = createBackbone({ name: config.network });
if (!config.splitPairs) groupAsWritten(network);
noGrad(() =>
  tidy(() => {
    for (const parameter of network.parameters())
      if (parameter.shape.length > 1) ops.mul_(ops.copy_(parameter, scattered(parameter.shape)), 0.05);
  }),
);
const faces = tidy(() =>
  scattered([config.batch, 3, 112, 112]).to({
    memoryFormat: config.channelsLast ? 'channels_last' : 'preserve',
  }),
);

const parameters = network.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
for await (const _ of createInterface({ input: process.stdin })) {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const loss = step();
  const { user, system } = process.cpuUsage(before);
  const report: StepReport = {
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
    ...{ parameters, loss },
    version: info().version,
  };
  console.log(JSON.stringify(report));
}

function step(): number {
  return tidy(() => {
    const total = ops.mean(ops.pow(network.call(faces), 4));
    total.backward();
    for (const parameter of network.parameters()) parameter.grad = undefined;
    return total.item();
  });
}

/** cos(0.618 i^2): like random numbers, and the same on both sides. */
function scattered(shape: readonly number[]): Tensor {
  return tidy(() => {
    const numbers = arange(
      shape.reduce((product, size) => product * size, 1),
      { dtype: 'float64' },
    );
    const waves = ops.cos(ops.mul_(ops.mul_(numbers, numbers), 0.618));
    return ops.reshape(waves.to({ dtype: 'float32' }), shape);
  });
}

/** Puts convolutions in groups of two channels back to the one operator that PyTorch calls. */
function groupAsWritten(within: nn.Module): void {
  for (const module of within.modules())
    for (const list of Object.values(module).filter(value => Array.isArray(value)))
      for (const [i, layer] of list.entries())
        if (layer instanceof nn.Conv2d && layer.groups > 1 && layer.weight.shape[1] === 2) {
          const [outputs = 0, , kernel = 0] = layer.weight.shape;
          const { stride, padding, groups } = layer;
          list[i] = new nn.Conv2d(2 * groups, outputs, kernel, {
            stride,
            padding,
            groups,
            bias: false,
            splitPairs: false,
          });
        }
}
