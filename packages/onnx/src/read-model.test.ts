import { describe, expect, it } from 'vitest';
import {
  attribute,
  checkModel,
  freeBatch,
  GraphBuilder,
  type Model,
  OnnxError,
  readModel,
  tensorFloats,
  tensorInts,
  writeModel,
} from './index.js';

function smallModel(): Model {
  const graph = new GraphBuilder('small');
  const x = graph.input('x', [1, 2, 4, 4]);
  const weights = graph.float32(
    'w',
    [3, 2, 3, 3],
    Float32Array.from({ length: 54 }, (_, i) => i / 54),
  );
  const y = graph.node('Conv', [x, weights], {
    attributes: { kernel_shape: attribute.ints([3, 3]), pads: attribute.ints([1, 1, 1, 1]) },
  });
  const ends = graph.node('LeakyRelu', [y], { attributes: { alpha: attribute.float(0.25) } });
  graph.node('Reshape', [ends, graph.int64('shape', [2], [1, -1])], { outputs: ['flat'] });
  graph.output('flat', [1, 48]);
  return graph.build();
}

describe('readModel', () => {
  it('reads back what writeModel wrote, whole', () => {
    const model = smallModel();
    const again = readModel(writeModel(model));
    expect(again).toEqual(model);
    expect(tensorFloats(again.graph.initializers.get('w')!)[53]).toBeCloseTo(53 / 54);
    expect(tensorInts(again.graph.initializers.get('shape')!)).toEqual([1, -1]);
    checkModel(again);
  });

  it('keeps the largest integer, which stands for "to the end", and negative ones', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', [4]);
    graph.node('Slice', [x], {
      outputs: ['y'],
      attributes: {
        ends: attribute.ints([2 ** 63]),
        starts: attribute.ints([-3]),
        axes: attribute.ints([0]),
      },
    });
    graph.output('y');
    const bytes = writeModel(readModel(writeModel(graph.build())));
    const [node] = readModel(bytes).graph.nodes;
    expect(node?.attributes.get('ends')).toEqual({ kind: 'ints', value: [2 ** 63] });
    expect(node?.attributes.get('starts')).toEqual({ kind: 'ints', value: [-3] });
    // The bytes hold 2^63 - 1, not 2^63, which would be negative.
    expect(
      Buffer.from(bytes).includes(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])),
    ).toBe(true);
  });

  it('refuses cut files at every length with a code', () => {
    const bytes = writeModel(smallModel());
    for (let length = 0; length < bytes.length; length++) {
      try {
        checkModel(readModel(bytes.subarray(0, length)));
        // A cut between two fields of the model leaves a shorter model, which must still hold together.
      } catch (error) {
        expect(error, `at ${length}`).toBeInstanceOf(OnnxError);
      }
    }
  });

  it('answers flipped bits with a model or a coded error', () => {
    const bytes = writeModel(smallModel());
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      try {
        checkModel(readModel(damaged));
      } catch (error) {
        expect(error, `bit ${bit}`).toBeInstanceOf(OnnxError);
      }
    }
  });

  it('refuses a tensor whose shape claims more than its bytes', () => {
    const model = smallModel();
    const weights = { ...model.graph.initializers.get('w')!, dims: [2 ** 40, 2 ** 40] };
    const initializers = new Map(model.graph.initializers).set('w', weights);
    const bytes = writeModel({ ...model, graph: { ...model.graph, initializers } });
    expect(() => readModel(bytes)).toThrow(expect.objectContaining({ code: 'MODEL_CORRUPT' }));
  });
});

describe('freeBatch', () => {
  it('frees inputs, outputs and the batch in constant shapes', () => {
    const { graph } = freeBatch(smallModel());
    expect(graph.inputs[0]?.dims).toEqual(['batch', 2, 4, 4]);
    expect(graph.outputs[0]?.dims).toEqual(['batch', 48]);
    const shape = graph.initializers.get(graph.nodes.at(-1)?.inputs[1] ?? '');
    expect(shape && tensorInts(shape)).toEqual([0, -1]);
  });

  it('refuses a graph that folds pictures together', () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', [1, 2, 4, 4]);
    const turned = graph.node('Transpose', [x], { attributes: { perm: attribute.ints([2, 3, 0, 1]) } });
    graph.node('Reshape', [turned, graph.int64('shape', [2], [-1, 1])], { outputs: ['y'] });
    graph.output('y');
    expect(() => freeBatch(graph.build())).toThrow(expect.objectContaining({ code: 'GRAPH_EDIT_FAILED' }));
  });
});

describe('checkModel', () => {
  it('names the node that uses what is not there, or divides by zero', () => {
    const model = smallModel();
    const [conv, ...rest] = model.graph.nodes;
    const broken = { ...conv!, inputs: ['x', 'missing'] };
    expect(() => checkModel({ ...model, graph: { ...model.graph, nodes: [broken, ...rest] } })).toThrow(
      /missing/,
    );
    const zero = { ...conv!, attributes: new Map([['strides', attribute.ints([0, 1])]]) };
    expect(() => checkModel({ ...model, graph: { ...model.graph, nodes: [zero, ...rest] } })).toThrow(
      /strides/,
    );
  });

  it('refuses sizes that would take all memory: of inputs, of padding, of shapes written in the file', () => {
    const corrupt = expect.objectContaining({ code: 'MODEL_CORRUPT' });
    const { graph, ...model } = smallModel();
    const [conv, ...rest] = graph.nodes;
    const input = { ...graph.inputs[0]!, dims: [1, 3, 30_000, 30_000] };
    expect(() => checkModel({ ...model, graph: { ...graph, inputs: [input] } })).toThrow(corrupt);
    const padded = { ...conv!, attributes: new Map([['pads', attribute.ints([1e5, 1e5, 1e5, 1e5])]]) };
    expect(() => checkModel({ ...model, graph: { ...graph, nodes: [padded, ...rest] } })).toThrow(corrupt);
    const huge = new GraphBuilder();
    huge.node('ConstantOfShape', [huge.int64('size', [2], [2 ** 20, 2 ** 20])], { outputs: ['y'] });
    huge.output('y');
    expect(() => checkModel(huge.build())).toThrow(corrupt);
  });

  it('looks into inner graphs, which may use what is around them', () => {
    const inner = (input: string) => {
      const branch = new GraphBuilder();
      branch.node('Relu', [input], { outputs: ['inner_y'] });
      branch.output('inner_y');
      return branch.build().graph;
    };
    const outer = (input: string) => {
      const graph = new GraphBuilder();
      graph.input('x', [1]);
      const value = inner(input);
      graph.node('If', [graph.tensor({ name: 'yes', dataType: 9, dims: [], bytes: Uint8Array.of(1) })], {
        attributes: { then_branch: { kind: 'graph', value }, else_branch: { kind: 'graph', value } },
        outputs: ['y'],
      });
      graph.output('y');
      return graph.build();
    };
    checkModel(outer('x'));
    expect(() => checkModel(outer('missing'))).toThrow(/missing/);
  });
});
