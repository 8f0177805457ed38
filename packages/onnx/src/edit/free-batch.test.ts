import { describe, expect, it } from 'vitest';
import { attribute, freeBatch, GraphBuilder } from '../index.js';
import { type Numbers, waves } from '../testing/plain-operators.js';
import { run } from '../testing/run.js';

/** Convolution, pool, a slope, a flattening with a batch of 1 written into it, and a head. */
function classifier() {
  const graph = new GraphBuilder();
  const x = graph.input('x', [1, 3, 8, 8]);
  const map = graph.node('Conv', [x, graph.float32('w', [4, 3, 3, 3], waves([4, 3, 3, 3]).data)]);
  const bent = graph.node('PRelu', [map, graph.float32('a', [4, 1, 1], waves([4]).data)]);
  const small = graph.node('MaxPool', [bent], {
    attributes: { kernel_shape: attribute.ints([2, 2]), strides: attribute.ints([2, 2]) },
  });
  const flat = graph.node('Reshape', [small, graph.int64('flat', [2], [1, 36])]);
  const head = graph.node('Gemm', [flat, graph.float32('head', [36, 5], waves([36, 5], 2).data)]);
  graph.node('Softmax', [head], { attributes: { axis: attribute.int(1) }, outputs: ['y'] });
  graph.output('y', [1, 5]);
  return graph.build();
}

describe('freeBatch', () => {
  it('gives three pictures at once what it gives each alone', async () => {
    const model = freeBatch(classifier());
    const batch = waves([3, 3, 8, 8]);
    const { y } = await run(model, { x: batch });
    expect(y?.dims).toEqual([3, 5]);
    for (let picture = 0; picture < 3; picture++) {
      const x: Numbers = { dims: [1, 3, 8, 8], data: batch.data.slice(picture * 192, (picture + 1) * 192) };
      const alone = (await run(classifier(), { x })).y;
      const together = y!.data.slice(picture * 5, (picture + 1) * 5);
      for (const [index, value] of alone!.data.entries()) expect(together[index]).toBeCloseTo(value, 6);
    }
  });

  it.each([
    ['Softmax over the batch', 'Softmax', { axis: attribute.int(0) }],
    ['a Concat along it', 'Concat', { axis: attribute.int(0) }],
    ['a mean over it, counted from the end', 'ReduceMean', { axes: attribute.ints([-2]) }],
    ['a sum over everything', 'ReduceSum', {}],
    ['a Flatten that folds it', 'Flatten', { axis: attribute.int(-1) }],
    ['a matrix product that turns it', 'Gemm', { transA: attribute.int(1) }],
    ['an operator it does not know', 'Einsum', { equation: attribute.string('ij->ji') }],
  ])('refuses %s', (_, opType, attributes) => {
    const graph = new GraphBuilder();
    graph.node(opType, [graph.input('x', [1, 4])], { attributes, outputs: ['y'] });
    graph.output('y', [1, 4]);
    expect(() => freeBatch(graph.build())).toThrow(expect.objectContaining({ code: 'GRAPH_EDIT_FAILED' }));
  });
});
