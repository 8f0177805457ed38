import { describe, expect, it } from 'vitest';
import { attribute, foldBatchNorm, GraphBuilder, type Model } from '../index.js';
import { waves } from '../testing/plain-operators.js';
import { relativeDifference, run } from '../testing/run.js';

function normalize(graph: GraphBuilder, input: string, channels: number, outputs?: string[]): string {
  const constants = ['gain', 'offset', 'mean', 'variance'].map((name, seed) =>
    graph.float32(
      graph.unique(name),
      [channels],
      waves([channels], seed).data.map(value => 1.5 + value),
    ),
  );
  return graph.node('BatchNormalization', [input, ...constants], {
    attributes: { epsilon: attribute.float(1e-3) },
    ...(outputs ? { outputs } : {}),
  });
}

/** Normalisation, two convolutions (grouped; with a bias) and two products (with and without a bias), each normalised. */
function network(): Model {
  const graph = new GraphBuilder();
  let at = normalize(graph, graph.input('x', ['N', 4, 6, 6]), 4);
  const pads = { pads: attribute.ints([1, 1, 1, 1]) };
  at = graph.node('Conv', [at, graph.float32('w1', [8, 2, 3, 3], waves([8, 2, 3, 3]).data)], {
    attributes: { ...pads, group: attribute.int(2) },
  });
  at = normalize(graph, at, 8);
  const bias = graph.float32('b2', [3], waves([3], 5).data);
  at = graph.node('Conv', [at, graph.float32('w2', [3, 8, 3, 3], waves([3, 8, 3, 3], 2).data), bias], {
    attributes: pads,
  });
  at = graph.node('Flatten', [normalize(graph, at, 3)]);
  at = graph.node('MatMul', [at, graph.float32('w3', [108, 5], waves([108, 5], 3).data)]);
  at = graph.node('Add', [at, graph.float32('b3', [5], waves([5], 7).data)]);
  at = normalize(graph, at, 5);
  at = graph.node('MatMul', [at, graph.float32('w4', [5, 2], waves([5, 2], 4).data)]);
  normalize(graph, at, 2, ['y']);
  graph.output('y', ['N', 2]);
  return graph.build();
}

const countOf = (model: Model, opType: string) =>
  model.graph.nodes.filter(node => node.opType === opType).length;

describe('foldBatchNorm', () => {
  it('keeps the numbers and only the normalisation that nothing comes before', async () => {
    const model = network();
    const folded = foldBatchNorm(model);
    expect(countOf(model, 'BatchNormalization')).toBe(5);
    expect(countOf(folded, 'BatchNormalization')).toBe(1);
    const x = waves([3, 4, 6, 6], 9);
    const [before, after] = [await run(model, { x }), await run(folded, { x })];
    expect(relativeDifference(after['y'], before['y']!)).toBeLessThan(1e-5);
  });

  it('leaves a convolution alone whose result is used twice', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', ['N', 2, 4, 4]);
    const map = graph.node('Conv', [x, graph.float32('w', [2, 2, 1, 1], [1, 2, 3, 4])]);
    graph.node('Add', [map, normalize(graph, map, 2)], { outputs: ['y'] });
    graph.output('y');
    expect(countOf(foldBatchNorm(graph.build()), 'BatchNormalization')).toBe(1);
  });
});
