import { describe, expect, it } from 'vitest';
import { attribute, checkModel, GraphBuilder, type Model } from '../index.js';
import { waves } from '../testing/plain-operators.js';
import { relativeDifference, run } from '../testing/run.js';
import { dropDeadChannels } from './drop-dead-channels.js';

/**
 * Pointwise to 48 channels, PRelu, depthwise, BatchNormalization, pool, pointwise to 16: the inner block of a
 * MobileFaceNet. `dead` channels are read with zero.
 */
function block(
  dead: (channel: number) => boolean,
  change: (graph: GraphBuilder, inner: string) => void = () => {},
): Model {
  const graph = new GraphBuilder();
  const x = graph.input('x', [1, 8, 6, 6]);
  const numbers = (name: string, dims: number[]) => graph.float32(name, dims, waves(dims, name.length).data);
  const wide = graph.node('Conv', [x, numbers('wide/w', [48, 8, 1, 1]), numbers('wide/bias', [48])]);
  const bent = graph.node('PRelu', [wide, numbers('slopes', [48, 1, 1])]);
  const deep = graph.node('Conv', [bent, numbers('deep/weights', [48, 1, 3, 3]), numbers('deep/b', [48])], {
    attributes: { group: attribute.int(48), pads: attribute.ints([1, 1, 1, 1]) },
  });
  const variance = graph.float32(
    'variance',
    [48],
    waves([48], 9).data.map(value => 1 + value * value),
  );
  const normal = graph.node('BatchNormalization', [
    deep,
    numbers('scale', [48]),
    numbers('shift', [48]),
    numbers('mean', [48]),
    variance,
  ]);
  change(graph, normal);
  const pooled = graph.node('MaxPool', [normal], {
    attributes: { kernel_shape: attribute.ints([2, 2]), strides: attribute.ints([2, 2]) },
  });
  const weights = waves([16, 48, 1, 1], 3).data.map((value, index) => (dead(index % 48) ? 0 : value));
  graph.node('Conv', [pooled, graph.float32('narrow/w', [16, 48, 1, 1], weights)], { outputs: ['y'] });
  graph.output('y', [1, 16, 3, 3]);
  return graph.build();
}

const channels = (model: Model) =>
  [...model.graph.initializers.values()]
    .filter(({ dims }) => dims.length === 4)
    .map(({ dims }) => dims.join('x'));

describe('dropDeadChannels', () => {
  it('cuts every part of a channel that is read with zero; outputs stay the same', async () => {
    const model = block(channel => channel % 3 === 1);
    const cut = dropDeadChannels(model);
    checkModel(cut);
    expect(channels(cut).sort()).toEqual(['16x32x1x1', '32x1x3x3', '32x8x1x1']);
    expect(cut.graph.initializers.size).toBe(model.graph.initializers.size);
    const x = waves([1, 8, 6, 6]);
    const [{ y: before }, { y: after }] = [await run(model, { x }), await run(cut, { x })];
    expect(relativeDifference(after, before!)).toBeLessThan(1e-6);
  });

  it('keeps whole blocks of 16: with 40 channels alive all 48 stay', () => {
    const model = block(channel => channel >= 40);
    expect(dropDeadChannels(model)).toBe(model);
    expect(channels(dropDeadChannels(block(channel => channel >= 20)))).toContain('32x8x1x1');
  });

  it('keeps one block when everything is dead', async () => {
    const cut = dropDeadChannels(block(() => true));
    expect(channels(cut)).toContain('16x8x1x1');
    expect((await run(cut, { x: waves([1, 8, 6, 6]) })).y?.data.every(value => value === 0)).toBe(true);
  });

  it('leaves channels alone that somebody else sees', () => {
    const asOutput = block(
      channel => channel < 16,
      (graph, inner) => graph.output(inner),
    );
    expect(dropDeadChannels(asOutput)).toBe(asOutput);
    const usedTwice = block(
      channel => channel < 16,
      (graph, inner) => {
        graph.node('GlobalAveragePool', [inner], { outputs: ['mean_of_all'] });
        graph.output('mean_of_all');
      },
    );
    expect(dropDeadChannels(usedTwice)).toBe(usedTwice);
    const withinBranch = block(
      channel => channel < 16,
      (graph, inner) => {
        const branch = new GraphBuilder();
        branch.node('Relu', [inner], { outputs: ['branch_y'] });
        branch.output('branch_y');
        graph.node('If', [graph.tensor({ name: 'yes', dataType: 9, dims: [], bytes: Uint8Array.of(1) })], {
          attributes: {
            then_branch: { kind: 'graph', value: branch.build().graph },
            else_branch: { kind: 'graph', value: branch.build().graph },
          },
          outputs: ['seen'],
        });
        graph.output('seen');
      },
    );
    expect(dropDeadChannels(withinBranch)).toBe(withinBranch);
  });
});
