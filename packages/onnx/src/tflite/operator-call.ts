// What the converter of one TFLite operator sees: its tensors by name, and its options.
import type { Constant } from '../channels-last/constant.js';
import type { Activation } from '../channels-last/elementwise.js';
import type { ChannelsLastGraph } from '../channels-last/graph.js';
import { OnnxError } from '../errors.js';
import { corruptTflite, type Table } from './flatbuffer.js';
import type { TfliteOperator, TfliteTensor } from './schema.js';

/** Converts one operator into ONNX. */
export type OperatorConverter = (call: OperatorCall) => void;

// ActivationFunctionType of the schema.
const ACTIVATIONS: readonly Activation[] = ['none', 'relu', 'reluN1To1', 'relu6', 'tanh'];

/** One operator call and the graph it goes into. */
export class OperatorCall {
  readonly graph: ChannelsLastGraph;
  readonly operator: TfliteOperator;
  /** The batch size written in the file, which becomes free. */
  readonly batch: number;
  readonly #tensors: readonly TfliteTensor[];

  constructor(
    graph: ChannelsLastGraph,
    operator: TfliteOperator,
    tensors: readonly TfliteTensor[],
    batch: number,
  ) {
    this.graph = graph;
    this.operator = operator;
    this.batch = batch;
    this.#tensors = tensors;
  }

  get inputs(): string[] {
    return this.operator.inputs.map((_, index) => this.input(index));
  }

  input(index: number): string {
    return this.inputTensor(index).name;
  }

  inputTensor(index: number): TfliteTensor {
    const tensor = this.#tensors[this.operator.inputs[index] ?? -1];
    if (!tensor) throw corruptTflite(`${this.operator.type} lacks an input`);
    return tensor;
  }

  get output(): string {
    return this.outputTensor.name;
  }

  get outputTensor(): TfliteTensor {
    const tensor = this.#tensors[this.operator.outputs[0] ?? -1];
    if (!tensor || this.operator.outputs.length !== 1)
      throw corruptTflite(`${this.operator.type} does not have one output`);
    return tensor;
  }

  /** An input that must be a constant. */
  constant(index: number): Constant {
    const constant = this.graph.constant(this.input(index));
    if (!constant) throw this.unsupported('with a computed parameter');
    return constant;
  }

  /** A constant input that may be left out. */
  optionalConstant(index: number): Constant | undefined {
    return (this.operator.inputs[index] ?? -1) < 0 ? undefined : this.constant(index);
  }

  integers(index: number): number[] {
    return Array.from(this.constant(index).values);
  }

  get options(): Table | undefined {
    return this.operator.options;
  }

  /** The activation numbered in an option. */
  activation(field: number): Activation {
    const activation = ACTIVATIONS[this.options?.int8(field) ?? 0];
    if (!activation) throw this.unsupported('with this activation');
    return activation;
  }

  unsupported(how: string): OnnxError {
    return new OnnxError(
      'MODEL_UNSUPPORTED',
      `The TFLite operator ${this.operator.type} ${how} is not supported; export the model without it.`,
    );
  }
}
