// Putting an ONNX graph together in code (https://onnx.ai/onnx/repo-docs/IR.html).
// Graphs are for opset 17 and IR version 8: the newest pair that ONNX Runtime 1.12 and later all read.
import {
  type Attribute,
  DataType,
  type Dimension,
  type Model,
  type Node,
  type TensorData,
  type ValueInfo,
} from './model.js';
import { floatTensor, intTensor } from './tensor.js';

const BUILDER_OPSET = 17;
const IR_VERSION = 8;

/** Short ways to write a node's attributes. */
export const attribute = {
  int: (value: number): Attribute => ({ kind: 'int', value }),
  float: (value: number): Attribute => ({ kind: 'float', value }),
  string: (value: string): Attribute => ({ kind: 'string', value }),
  ints: (value: readonly number[]): Attribute => ({ kind: 'ints', value }),
  floats: (value: readonly number[]): Attribute => ({ kind: 'floats', value }),
} as const;

/** What a node has besides its operator and inputs. */
export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Names of the outputs; by default one output with a new name. */
  readonly outputs?: readonly string[];
}

/**
 * Collects nodes, constants, inputs and outputs, in the order of computation, and yields a {@link Model}.
 *
 * @example
 * ```ts
 * const graph = new GraphBuilder('double');
 * const x = graph.input('x', ['batch', 3]);
 * graph.node('Mul', [x, graph.float32('two', [], [2])], { outputs: ['y'] });
 * graph.output('y', ['batch', 3]);
 * const model = graph.build();
 * ```
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, TensorData>();
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #names = new Set<string>();
  readonly #counters = new Map<string, number>();

  constructor(name = 'graph') {
    this.#name = name;
  }

  /** A graph input; `dims` is undefined when even the rank is unknown. Returns its name. */
  input(name: string, dims: readonly Dimension[] | undefined, dataType: DataType = DataType.float32): string {
    this.#names.add(name);
    this.#inputs.push({ name, dataType, dims });
    return name;
  }

  /** Makes a value an output of the graph; leave `dims` out when the shape is unknown. */
  output(name: string, dims?: readonly Dimension[], dataType: DataType = DataType.float32): void {
    this.#outputs.push({ name, dataType, dims });
  }

  /** A constant of 32-bit floats. Returns its name. */
  float32(name: string, dims: readonly number[], values: ArrayLike<number>): string {
    return this.tensor(floatTensor(name, dims, Float32Array.from(values)));
  }

  /** A constant of 64-bit integers, the type of shapes and axes. Returns its name. */
  int64(name: string, dims: readonly number[], values: ArrayLike<number>): string {
    return this.tensor(intTensor(name, dims, Array.from(values)));
  }

  /** A constant of any type. Returns its name. */
  tensor(tensor: TensorData): string {
    this.#names.add(tensor.name);
    this.#initializers.set(tensor.name, tensor);
    return tensor.name;
  }

  /** Adds an operator call. Returns the name of its first output. An empty input name leaves that input out. */
  node(opType: string, inputs: readonly string[], options: NodeOptions = {}): string {
    const outputs = options.outputs ?? [this.unique(opType.toLowerCase())];
    for (const name of outputs) this.#names.add(name);
    const attributes = new Map(Object.entries(options.attributes ?? {}));
    this.#nodes.push({
      name: `${opType}_${this.#nodes.length}`,
      opType,
      domain: '',
      inputs,
      outputs,
      attributes,
    });
    return outputs[0] ?? '';
  }

  /** A name that nothing in the graph has yet, and keeps it free for the caller. */
  unique(base: string): string {
    if (!this.#names.has(base)) return this.#keep(base);
    let number = this.#counters.get(base) ?? 0;
    do number++;
    while (this.#names.has(`${base}_${number}`));
    this.#counters.set(base, number);
    return this.#keep(`${base}_${number}`);
  }

  /** The finished model. */
  build(): Model {
    return {
      irVersion: IR_VERSION,
      opsets: [{ domain: '', version: BUILDER_OPSET }],
      producerName: 'insightface-ts',
      metadata: new Map(),
      graph: {
        name: this.#name,
        nodes: this.#nodes.slice(),
        initializers: new Map(this.#initializers),
        inputs: this.#inputs.slice(),
        outputs: this.#outputs.slice(),
        valueInfo: [],
      },
    };
  }

  #keep(name: string): string {
    this.#names.add(name);
    return name;
  }
}
