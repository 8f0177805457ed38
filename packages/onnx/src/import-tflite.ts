// TFLite to ONNX (tensorflow/lite/schema/schema.fbs), for float32 and float16 models.

import { prelu } from './channels-last/elementwise.js';
import { ChannelsLastGraph } from './channels-last/graph.js';
import { OnnxError } from './errors.js';
import { DataType, type Dimension, type Model } from './model.js';
import { readConstant } from './tflite/constants.js';
import { corruptTflite } from './tflite/flatbuffer.js';
import { hasFreeSize } from './tflite/free-size.js';
import { type FusedPrelu, fusePrelu } from './tflite/fuse-prelu.js';
import { OperatorCall, type OperatorConverter } from './tflite/operator-call.js';
import { convolutionOperators } from './tflite/operators-convolution.js';
import { elementwiseOperators } from './tflite/operators-elementwise.js';
import { shapeOperators } from './tflite/operators-shape.js';
import { readTflite, type TfliteGraph, type TfliteOperator, type TfliteTensor } from './tflite/schema.js';

// The format's own numbers for what a file may expand to: float16 doubles, and converters share equal buffers.
const EXPANSION = 16;

const OPERATORS: Readonly<Record<string, OperatorConverter>> = {
  ...convolutionOperators,
  ...elementwiseOperators,
  ...shapeOperators,
  // Values of float16 constants are expanded when they are read.
  DEQUANTIZE(call) {
    if (!call.graph.isConstant(call.input(0))) throw call.unsupported('on computed values');
    call.graph.alias(call.output, call.input(0));
  },
  FUSED_PRELU: addFusedPrelu,
};

/**
 * Converts a TFLite model into an ONNX model that computes the same.
 *
 * - Inputs and outputs keep their names, order and layout: pictures are `[batch, height, width, channels]`.
 * - The batch is free wherever the operators allow it, whatever batch the file was written with.
 * - Height and width are free when the network is convolutional from end to end, as MTCNN's P-Net.
 * - A PReLU written out in several operators becomes one `PRelu`; float16 constants become float32.
 *
 * @param bytes - The whole file.
 * @throws OnnxError MODEL_CORRUPT when the bytes are not a TFLite model, are cut, or contradict themselves;
 * MODEL_UNSUPPORTED, naming the operator, when the model is quantised or uses an operator that is not converted.
 */
export function importTflite(bytes: Uint8Array): Model {
  const file = readTflite(bytes);
  const source = { ...file, tensors: withUniqueNames(file.tensors) };
  const operators = fusePrelu(source);
  const names = source.tensors.map(tensor => tensor.name);
  const graph = new ChannelsLastGraph('tflite', names, EXPANSION * bytes.byteLength);
  const batch = source.tensors[source.inputs[0] ?? -1]?.shape[0] ?? 1;
  const freeSize = hasFreeSize(source, operators);
  defineInputs(graph, source, batch, freeSize);
  for (const tensor of source.tensors)
    if (tensor.bytes) graph.defineConstant(tensor.name, () => readConstant(tensor, tensor.bytes!));
  for (const operator of operators) convert(graph, operator, source.tensors, batch);
  defineOutputs(graph, source, batch, freeSize);
  return graph.build();
}

function convert(
  graph: ChannelsLastGraph,
  operator: TfliteOperator,
  tensors: readonly TfliteTensor[],
  batch: number,
): void {
  const converter = Object.hasOwn(OPERATORS, operator.type) ? OPERATORS[operator.type] : undefined;
  const call = new OperatorCall(graph, operator, tensors, batch);
  if (!converter) throw call.unsupported('');
  converter(call);
}

function addFusedPrelu(call: OperatorCall): void {
  const { scale } = call.operator as FusedPrelu;
  const slope = call.constant(1);
  const name = call.graph.builder.unique(`${call.output}/slope`);
  call.graph.defineConstant(name, () => ({
    ...slope,
    values: Float32Array.from(slope.values, x => x * scale),
  }));
  prelu(call.graph, call.input(0), name, call.output);
}

function defineInputs(graph: ChannelsLastGraph, source: TfliteGraph, batch: number, freeSize: boolean): void {
  if (source.outputs.length === 0 || new Set(source.outputs).size !== source.outputs.length)
    throw corruptTflite('its list of outputs is empty or names one twice');
  for (const index of source.inputs) {
    const tensor = source.tensors[index]!;
    if (tensor.dataType !== DataType.float32)
      throw new OnnxError(
        'MODEL_UNSUPPORTED',
        `The TFLite input ${tensor.name} is not float32; use the float32 or float16 variant of the model.`,
      );
    graph.defineInput(tensor.name, freeDimensions(tensor, batch, freeSize, ['height', 'width']));
  }
}

function defineOutputs(
  graph: ChannelsLastGraph,
  source: TfliteGraph,
  batch: number,
  freeSize: boolean,
): void {
  for (const index of source.outputs) {
    const tensor = source.tensors[index]!;
    if (tensor.dataType === undefined) throw corruptTflite(`${tensor.name} has no type`);
    const dims = freeDimensions(tensor, batch, freeSize, [undefined, undefined]);
    graph.defineOutput(tensor.name, tensor.name, dims, tensor.dataType);
  }
}

function freeDimensions(
  { shape, signature }: TfliteTensor,
  batch: number,
  freeSize: boolean,
  [height, width]: readonly [Dimension, Dimension],
): Dimension[] {
  const dims: Dimension[] = shape.map((size, axis) => (signature[axis]! < 0 ? undefined : size));
  if (dims.length > 1 && shape[0] === batch) dims[0] = 'batch';
  if (freeSize) dims.splice(1, 2, height, width);
  return dims;
}

function withUniqueNames(tensors: readonly TfliteTensor[]): TfliteTensor[] {
  const seen = new Set<string>();
  return tensors.map((tensor, index) => {
    let name = tensor.name;
    while (name === '' || seen.has(name)) name = `${name}#${index}`;
    seen.add(name);
    return { ...tensor, name };
  });
}
