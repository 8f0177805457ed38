// Operators that work element by element. They keep the layout their input has.
import { attribute } from '../builder.js';
import { OnnxError } from '../errors.js';
import type { Attribute } from '../model.js';
import type { ChannelsLastGraph } from './graph.js';

/** Activations that TensorFlow fuses into other operators. */
export type Activation = 'none' | 'relu' | 'relu6' | 'reluN1To1' | 'tanh' | 'sigmoid' | 'elu';

const OPERATORS = { relu: 'Relu', tanh: 'Tanh', sigmoid: 'Sigmoid', elu: 'Elu' } as const;

/** One input, one output. `extra` holds constant inputs that are the same in both layouts. */
export function unary(
  graph: ChannelsLastGraph,
  opType: string,
  input: string,
  output: string,
  attributes: Record<string, Attribute> = {},
  extra: readonly string[] = [],
): void {
  if (graph.isPlanar(input)) graph.addPlanar(opType, [graph.planar(input), ...extra], output, attributes);
  else graph.addPlain(opType, [graph.plain(input), ...extra], output, attributes);
}

/** Limits values to `[low, high]`. */
export function clip(
  graph: ChannelsLastGraph,
  input: string,
  output: string,
  low: number,
  high: number,
): void {
  unary(graph, 'Clip', input, output, {}, [graph.scalar(low), graph.scalar(high)]);
}

/** Two inputs with NumPy's broadcasting. */
export function binary(graph: ChannelsLastGraph, opType: string, a: string, b: string, output: string): void {
  // A planar value has four axes; of a computed plain value the rank is not known here, so both must be planar.
  const planar = [a, b].some(name => graph.isPlanar(name));
  const agree = [a, b].every(name => graph.isPlanar(name) || fitsPlanar(graph, name));
  if (planar && agree) graph.addPlanar(opType, [graph.planar(a), graph.planar(b)], output);
  else graph.addPlain(opType, [graph.plain(a), graph.plain(b)], output);
}

/** `x` where positive, `slope * x` elsewhere. The slope is a constant, one for each channel or element. */
export function prelu(graph: ChannelsLastGraph, input: string, slope: string, output: string): void {
  if (!graph.isConstant(slope))
    throw new OnnxError(
      'MODEL_UNSUPPORTED',
      `The slope of the PReLU ${output} is computed; only constants are supported.`,
    );
  binary(graph, 'PRelu', input, slope, output);
}

/** Runs `add` for a value and puts an activation after it. */
export function withActivation(
  graph: ChannelsLastGraph,
  activation: Activation,
  output: string,
  add: (output: string) => void,
): void {
  if (activation === 'none') {
    add(output);
    return;
  }
  const linear = graph.builder.unique(`${output}/linear`);
  add(linear);
  activate(graph, activation, linear, output);
}

/** One of the fused activations on its own. */
export function activate(
  graph: ChannelsLastGraph,
  activation: Activation,
  input: string,
  output: string,
): void {
  if (activation === 'none') graph.alias(output, input);
  else if (activation === 'relu6') clip(graph, input, output, 0, 6);
  else if (activation === 'reluN1To1') clip(graph, input, output, -1, 1);
  else unary(graph, OPERATORS[activation], input, output);
}

/** `x` where positive, `slope * x` elsewhere, with one slope for all. */
export function leakyRelu(graph: ChannelsLastGraph, input: string, output: string, slope: number): void {
  unary(graph, 'LeakyRelu', input, output, { alpha: attribute.float(slope) });
}

function fitsPlanar(graph: ChannelsLastGraph, name: string): boolean {
  const constant = graph.constant(name);
  return constant !== undefined && constant.dims.length <= 4;
}
