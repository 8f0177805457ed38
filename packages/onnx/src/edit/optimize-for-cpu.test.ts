import { describe, expect, it } from 'vitest';
import { attribute, checkModel, GraphBuilder, type Model, optimizeForCpu, tensorFloats } from '../index.js';
import { each, type Numbers, waves } from '../testing/plain-operators.js';
import { relativeDifference, run } from '../testing/run.js';
import { dropTinyWeights } from './drop-tiny-weights.js';
import { mergeClips } from './merge-clips.js';
import { rewritePrelu } from './rewrite-prelu.js';

function operators(model: Model): string[] {
  return model.graph.nodes.map(node => node.opType);
}

function oneNode(opType: string, dims: readonly number[], constants: Record<string, Numbers>): Model {
  const graph = new GraphBuilder();
  const x = graph.input('x', dims);
  const inputs = Object.entries(constants).map(([name, { dims: shape, data }]) =>
    graph.float32(name, shape, data),
  );
  graph.node(opType, [x, ...inputs], { outputs: ['y'] });
  graph.output('y');
  return graph.build();
}

describe('rewritePrelu', () => {
  it('gives the same with slopes below 0, between, and above 1', async () => {
    const slopes = each(waves([32, 1, 1], 4), value => value * 3);
    const model = oneNode('PRelu', [2, 32, 5, 4], { slopes });
    const rewritten = rewritePrelu(model);
    checkModel(rewritten);
    expect(operators(rewritten)).toEqual(['Conv', 'Relu', 'Conv', 'Add']);
    expect(rewritten.graph.initializers.has('slopes')).toBe(false);
    const x = each(waves([2, 32, 5, 4]), value => value * 100);
    const expected = each(x, (value, index) =>
      value > 0 ? value : value * (slopes.data[Math.floor(index / 20) % 32] as number),
    );
    for (const variant of [model, rewritten])
      expect(relativeDifference((await run(variant, { x })).y, expected)).toBeLessThan(1e-6);
  });

  it('leaves other shapes of slopes, and channels that are no whole blocks', () => {
    for (const [dims, shape] of [
      [
        [1, 16, 4, 4],
        [16, 4, 4],
      ],
      [[1, 16, 4, 4], [1]],
      [
        [1, 10, 4, 4],
        [10, 1, 1],
      ],
      [[1, 16], [16]],
    ] as const)
      expect(operators(rewritePrelu(oneNode('PRelu', dims, { slopes: waves(shape) })))).toEqual(['PRelu']);
  });
});

describe('mergeClips', () => {
  const scalar = (value: number): Numbers => ({ dims: [], data: Float32Array.of(value) });

  it('makes one Clip of a ReLU6 that was written out, whatever the order', async () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', [1, 40]);
    const six = graph.float32('six', [], scalar(6).data);
    const zero = graph.float32('zero', [], scalar(0).data);
    const a = graph.node('Max', [zero, graph.node('Min', [graph.node('Relu', [x]), six])]);
    const b = graph.node('Min', [graph.node('Max', [x, six]), zero]);
    graph.node('Concat', [a, b], { attributes: { axis: attribute.int(1) }, outputs: ['y'] });
    graph.output('y');
    const model = graph.build();
    const merged = mergeClips(model);
    checkModel(merged);
    expect(operators(merged)).toEqual(['Clip', 'Clip', 'Concat']);
    const input = each(waves([1, 40]), value => value * 10);
    expect((await run(merged, { x: input })).y).toEqual((await run(model, { x: input })).y);
  });

  it('leaves what is no number, has one limit only, or is seen by others', () => {
    expect(operators(mergeClips(oneNode('Min', [1, 4], { limit: waves([4]) })))).toEqual(['Min']);
    expect(operators(mergeClips(oneNode('Relu', [1, 4], {})))).toEqual(['Relu']);
    const graph = new GraphBuilder();
    const inner = graph.node('Relu', [graph.input('x', [1, 4])], { outputs: ['inner'] });
    graph.node('Min', [inner, graph.float32('six', [], [6])], { outputs: ['y'] });
    graph.output('inner');
    graph.output('y');
    expect(operators(mergeClips(graph.build()))).toEqual(['Relu', 'Min']);
  });
});

describe('dropTinyWeights', () => {
  it('clears weights below 1e-15 of the largest, in initializers and Constant nodes', () => {
    const weights = Float32Array.of(2, 1e-14, -1e-16, 1e-40);
    const graph = new GraphBuilder();
    const x = graph.input('x', [2, 2]);
    const inline = graph.node('Constant', [], {
      attributes: {
        value: {
          kind: 'tensor',
          value: { name: '', dataType: 1, dims: [2, 2], bytes: new Uint8Array(weights.slice().buffer) },
        },
      },
    });
    graph.node('MatMul', [graph.node('MatMul', [x, inline]), graph.float32('w', [2, 2], weights)], {
      outputs: ['y'],
    });
    graph.output('y');
    const cleaned = dropTinyWeights(graph.build());
    const expected = Float32Array.of(2, 1e-14, 0, 0);
    expect(tensorFloats(cleaned.graph.initializers.get('w')!)).toEqual(expected);
    const constant = cleaned.graph.nodes[0]?.attributes.get('value');
    expect(constant?.kind === 'tensor' && tensorFloats(constant.value)).toEqual(expected);
  });
});

describe('optimizeForCpu', () => {
  it('finds channels dead whose weights are only tiny', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', [1, 3, 8, 8]);
    const inner = graph.node('Conv', [x, graph.float32('a', [64, 3, 1, 1], waves([64, 3, 1, 1]).data)]);
    const tiny = waves([16, 64, 1, 1], 2).data.map((value, index) =>
      index % 64 < 40 ? value * 1e-30 : value,
    );
    graph.node('Conv', [inner, graph.float32('b', [16, 64, 1, 1], tiny)], { outputs: ['y'] });
    graph.output('y');
    const sizes = [...optimizeForCpu(graph.build()).graph.initializers.values()].map(({ dims }) => dims);
    expect(sizes).toEqual(
      expect.arrayContaining([
        [32, 3, 1, 1],
        [16, 32, 1, 1],
      ]),
    );
  });
});
