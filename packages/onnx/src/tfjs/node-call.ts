// What the converter of one TF.js operator sees: its node, and the graph it goes into.
import type { Constant } from '../channels-last/constant.js';
import type { Padding } from '../channels-last/convolution.js';
import type { ChannelsLastGraph } from '../channels-last/graph.js';
import { OnnxError } from '../errors.js';
import { integersAttribute, stringAttribute, type TfjsNode } from './graph-def.js';
import { corruptTfjs } from './json.js';

/** Converts one operator into ONNX. */
export type NodeConverter = (call: NodeCall) => void;

/** One node and the graph it goes into. */
export class NodeCall {
  readonly graph: ChannelsLastGraph;
  readonly node: TfjsNode;

  constructor(graph: ChannelsLastGraph, node: TfjsNode) {
    this.graph = graph;
    this.node = node;
  }

  get output(): string {
    return this.node.name;
  }

  get inputs(): readonly string[] {
    return this.node.inputs;
  }

  input(index: number): string {
    const input = this.node.inputs[index];
    if (input === undefined) throw corruptTfjs(`${this.node.name} lacks an input`);
    return input;
  }

  /** An input that must be a constant. */
  constant(index: number): Constant {
    const constant = this.graph.constant(this.input(index));
    if (!constant) throw this.unsupported('with a computed parameter');
    return constant;
  }

  integers(index: number): number[] {
    return Array.from(this.constant(index).values);
  }

  /** Height and width of a list attribute `[1, height, width, 1]`. */
  pixels(key: string): [number, number] {
    const [batch = 1, height = 1, width = 1, channels = 1] = integersAttribute(this.node, key);
    if (batch !== 1 || channels !== 1) throw this.unsupported(`with ${key} over batch or channels`);
    return [height, width];
  }

  padding(): Padding {
    const padding = stringAttribute(this.node, 'padding', 'VALID');
    if (padding === 'SAME' || padding === 'VALID') return padding;
    const [, , top, bottom, left, right] = integersAttribute(this.node, 'explicit_paddings');
    if (top === undefined || bottom === undefined || left === undefined || right === undefined)
      throw corruptTfjs(`${this.node.name} has no padding`);
    return [top, left, bottom, right];
  }

  /** Only channels-last data is converted; TF.js itself computes nothing else. */
  requireChannelsLast(): void {
    if (stringAttribute(this.node, 'data_format', 'NHWC') !== 'NHWC')
      throw this.unsupported('with channels first');
  }

  unsupported(how: string): OnnxError {
    return new OnnxError(
      'MODEL_UNSUPPORTED',
      `The TF.js operator ${this.node.op} ${how} is not supported; use a model without it.`,
    );
  }
}
