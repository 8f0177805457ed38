// Damaged and absurd ONNX files, made from a sound one.
import {
  type Attribute,
  attribute,
  DataType,
  floatTensor,
  type Graph,
  GraphBuilder,
  intTensor,
  type Model,
  type Node,
  readModel,
  writeModel,
} from '@insightface-ts/onnx';
import { type HostileFile, mutate } from './hostile-files.js';
import { mulberry32 } from './random.js';

/** `count` files: every absurd one first, then cuts and damage. The sound model is a detector. */
export function hostileModels(sound: Uint8Array, count: number, seed = 2): HostileFile[] {
  const random = mulberry32(seed);
  const files = absurdModels(readModel(sound));
  while (files.length < count) files.push(mutate({ name: 'model.onnx', bytes: sound }, random));
  return files.slice(0, count);
}

function absurdModels(model: Model): HostileFile[] {
  const { graph } = model;
  const [input] = graph.inputs;
  const [first] = graph.initializers.values();
  if (!input || !first) throw new Error('The sound model has no input or no weights.');
  const file = (name: string, edit: Partial<Graph>) => ({
    name: `${name}.onnx`,
    bytes: writeModel({ ...model, graph: { ...graph, ...edit } }),
  });
  const weights = (name: string, tensor: Partial<typeof first>) =>
    file(name, { initializers: new Map(graph.initializers).set(first.name, { ...first, ...tensor }) });
  const shaped = (name: string, dims: (number | string | undefined)[]) =>
    file(name, { inputs: [{ ...input, dims }] });
  const allAttributes = (name: string, key: string, value: Attribute) =>
    file(name, {
      nodes: graph.nodes.map(node =>
        node.attributes.has(key) ? { ...node, attributes: new Map(node.attributes).set(key, value) } : node,
      ),
    });
  return [
    { name: 'empty.onnx', bytes: new Uint8Array() },
    { name: 'text.onnx', bytes: Buffer.from('version https://git-lfs.github.com/spec/v1') },
    { name: 'zeros.onnx', bytes: new Uint8Array(1_000_000) },
    { name: 'endless-number.onnx', bytes: new Uint8Array(100_000).fill(0xff) },
    weights('tensor-claims-terabytes', { dims: [2 ** 30, 2 ** 30] }),
    weights('tensor-claims-2-to-the-62', { dims: [2 ** 31 - 1, 2 ** 31 - 1] }),
    weights('tensor-of-nothing', { dims: [0], bytes: new Uint8Array() }),
    weights('tensor-of-another-type', {
      dataType: DataType.int64,
      dims: [first.bytes.length / 8],
      bytes: first.bytes.slice(0, first.bytes.length & ~7),
    }),
    weights('tensor-of-nan', {
      bytes: new Uint8Array(Float32Array.from({ length: first.bytes.length / 4 }, () => Number.NaN).buffer),
    }),
    weights('tensor-of-100-megabytes', floatTensor(first.name, [25_000_000], new Float32Array(25_000_000))),
    shaped('input-30000', [1, 3, 30_000, 30_000]),
    shaped('input-2-to-the-31', [1, 3, 2 ** 31, 2 ** 31]),
    shaped('input-of-one-pixel', [1, 3, 1, 1]),
    shaped('input-of-rank-1', [320]),
    shaped('input-of-rank-9', [1, 1, 1, 1, 1, 1, 3, 240, 320]),
    shaped('input-unknown', [undefined, undefined, undefined, undefined]),
    shaped('input-batch-1000000', [1_000_000, 3, 240, 320]),
    file('input-of-text', { inputs: [{ ...input, dataType: DataType.string }] }),
    file('no-inputs', { inputs: [] }),
    file('no-outputs', { outputs: [] }),
    file('no-nodes', { nodes: [] }),
    file('nodes-backwards', { nodes: graph.nodes.toReversed() }),
    file('nodes-twice', { nodes: [...graph.nodes, ...graph.nodes] }),
    file('no-weights', { initializers: new Map() }),
    allAttributes('strides-of-zero', 'strides', attribute.ints([0, 0])),
    allAttributes('strides-of-a-million', 'strides', attribute.ints([1_000_000, 1_000_000])),
    allAttributes('pads-of-a-million', 'pads', attribute.ints([1_000_000, 1_000_000, 1_000_000, 1_000_000])),
    allAttributes('pads-below-zero', 'pads', attribute.ints([-500, -500, -500, -500])),
    allAttributes('groups-of-zero', 'group', attribute.int(0)),
    allAttributes('dilations-of-a-million', 'dilations', attribute.ints([1_000_000, 1_000_000])),
    { name: 'memory-from-nothing.onnx', bytes: writeModel(memoryFromNothing()) },
    { name: 'nested.onnx', bytes: writeModel(nested(200)) },
    { name: 'outside-weights.onnx', bytes: outsideWeights() },
  ];
}

/** A few bytes that ask for 4 TB. */
function memoryFromNothing(): Model {
  const graph = new GraphBuilder();
  const x = graph.input('input', [1, 3, 240, 320]);
  const huge = graph.node('ConstantOfShape', [graph.tensor(intTensor('size', [2], [2 ** 20, 2 ** 20]))]);
  graph.node('Add', [graph.node('ReduceSum', [huge]), x], { outputs: ['y'] });
  graph.output('y');
  return graph.build();
}

/** Ifs within Ifs. */
function nested(depth: number): Model {
  const graph = new GraphBuilder();
  const x = graph.input('input', [1, 3, 240, 320]);
  const model = graph.build();
  const within = (level: number): Graph => {
    const output = `y${level}`;
    const attributes = new Map<string, Attribute>();
    if (level < depth) attributes.set('then_branch', { kind: 'graph', value: within(level + 1) });
    const opType = level < depth ? 'If' : 'Relu';
    const node: Node = { name: '', opType, domain: '', inputs: [x], outputs: [output], attributes };
    const outputs = [{ name: output, dataType: DataType.float32, dims: undefined }];
    return { ...model.graph, inputs: [], nodes: [node], outputs };
  };
  return { ...model, graph: { ...within(0), inputs: model.graph.inputs } };
}

/** A model whose weights are said to lie in a file of the system. */
function outsideWeights(): Uint8Array {
  const text = (field: number, value: string) =>
    Buffer.concat([Buffer.from([field * 8 + 2, value.length]), Buffer.from(value)]);
  const block = (field: number, ...parts: Uint8Array[]) => {
    const body = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([field * 8 + 2, (body.length & 127) | 128, body.length >> 7]), body]);
  };
  const location = block(13, text(1, 'location'), text(2, '../../../../etc/passwd'));
  const tensor = block(5, Buffer.from([8, 4, 16, 1]), text(8, 'w'), location, Buffer.from([14 * 8, 1]));
  return Buffer.concat([Buffer.from([8, 8]), block(7, tensor), block(8, Buffer.from([16, 17]))]);
}
