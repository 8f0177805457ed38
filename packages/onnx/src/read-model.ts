// ONNX files to graphs (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; field numbers are that file's).
import { OnnxError } from './errors.js';
import {
  type Attribute,
  DataType,
  type Dimension,
  type Graph,
  type Model,
  type Node,
  type TensorData,
  type ValueInfo,
} from './model.js';
import { ProtoReader } from './protobuf/reader.js';
import { elementBytes, elementCount } from './tensor.js';

const dataTypes = new Set<number>(Object.values(DataType));
/** If and Loop hold graphs within graphs; no real model goes deeper. */
const maxGraphDepth = 16;

/**
 * Reads an ONNX file. Tensors are views of the given bytes, not copies.
 * @throws OnnxError MODEL_CORRUPT when the bytes are no ONNX model, are cut, or contradict themselves;
 * MODEL_UNSUPPORTED for weights in separate files, sparse or string tensors, and model-local functions.
 */
export function readModel(bytes: Uint8Array): Model {
  const opsets: { domain: string; version: number }[] = [];
  const metadata = new Map<string, string>();
  let irVersion = 0;
  let producerName = '';
  let graph: Graph | undefined;
  // A Buffer would hand its own kind of views down to the tensors.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const reader = new ProtoReader(plain); reader.next(); ) {
    if (reader.field === 1) irVersion = reader.int();
    else if (reader.field === 2) producerName = reader.text();
    else if (reader.field === 7) graph = readGraph(reader.message(), 0);
    else if (reader.field === 8) opsets.push(readOpset(reader.message()));
    else if (reader.field === 14) readMetadata(reader.message(), metadata);
    else if (reader.field === 25) throw unsupported('functions of its own');
    else reader.skip();
  }
  if (!graph || irVersion < 1) throw corrupt('it holds no graph');
  return { irVersion, opsets, producerName, metadata, graph };
}

function readOpset(reader: ProtoReader) {
  const opset = { domain: '', version: 0 };
  while (reader.next()) {
    if (reader.field === 1) opset.domain = reader.text();
    else if (reader.field === 2) opset.version = reader.int();
    else reader.skip();
  }
  return opset;
}

function readMetadata(reader: ProtoReader, metadata: Map<string, string>): void {
  let key = '';
  let value = '';
  while (reader.next()) {
    if (reader.field === 1) key = reader.text();
    else if (reader.field === 2) value = reader.text();
    else reader.skip();
  }
  metadata.set(key, value);
}

function readGraph(reader: ProtoReader, depth: number): Graph {
  if (depth > maxGraphDepth) throw corrupt('its graphs are nested without end');
  const nodes: Node[] = [];
  const initializers = new Map<string, TensorData>();
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const valueInfo: ValueInfo[] = [];
  let name = '';
  while (reader.next()) {
    if (reader.field === 1) nodes.push(readNode(reader.message(), depth));
    else if (reader.field === 2) name = reader.text();
    else if (reader.field === 5) {
      const tensor = readTensor(reader.message());
      initializers.set(tensor.name, tensor);
    } else if (reader.field === 11) inputs.push(required(readValueInfo(reader.message())));
    else if (reader.field === 12) outputs.push(required(readValueInfo(reader.message())));
    else if (reader.field === 13) {
      const info = readValueInfo(reader.message());
      if (info) valueInfo.push(info);
    } else if (reader.field === 15) throw unsupported('sparse tensors');
    else reader.skip();
  }
  // Files of IR version 3 list every initializer as an input, too.
  const realInputs = inputs.filter(input => !initializers.has(input.name));
  return { name, nodes, initializers, inputs: realInputs, outputs, valueInfo };
}

function required(info: ValueInfo | undefined): ValueInfo {
  if (!info) throw unsupported('inputs or outputs that are no tensors');
  return info;
}

function readNode(reader: ProtoReader, depth: number): Node {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  let name = '';
  let opType = '';
  let domain = '';
  while (reader.next()) {
    if (reader.field === 1) inputs.push(reader.text());
    else if (reader.field === 2) outputs.push(reader.text());
    else if (reader.field === 3) name = reader.text();
    else if (reader.field === 4) opType = reader.text();
    else if (reader.field === 5) readAttribute(reader.message(), attributes, depth);
    else if (reader.field === 7) domain = reader.text();
    else reader.skip();
  }
  return { name, opType, domain, inputs, outputs, attributes };
}

function readAttribute(reader: ProtoReader, attributes: Map<string, Attribute>, depth: number): void {
  let name = '';
  let type = 0;
  let float = 0;
  let int = 0;
  let string = '';
  let tensor: TensorData | undefined;
  let graph: Graph | undefined;
  const floats: number[] = [];
  const ints: number[] = [];
  const strings: string[] = [];
  let seen = 0;
  while (reader.next()) {
    const { field } = reader;
    if (field === 1) name = reader.text();
    else if (field === 2) float = reader.float();
    else if (field === 3) int = reader.int();
    else if (field === 4) string = reader.text();
    else if (field === 5) tensor = readTensor(reader.message());
    else if (field === 6) graph = readGraph(reader.message(), depth + 1);
    else if (field === 7) reader.floatsInto(floats);
    else if (field === 8) reader.intsInto(ints);
    else if (field === 9) strings.push(reader.text());
    else if (field === 20) type = reader.int();
    else reader.skip();
    // Old files leave the type out: fields 2 to 9 are in the order of the types 1 to 8.
    if (field >= 2 && field <= 9) seen = field - 1;
  }
  const kind = attributeKinds[(type || seen) - 1];
  const values = { float, int, string, tensor, graph, floats, ints, strings };
  if (!kind || values[kind] === undefined) throw unsupported(`the attribute ${name}, of type ${type}`);
  attributes.set(name, { kind, value: values[kind] } as Attribute);
}

const attributeKinds = ['float', 'int', 'string', 'tensor', 'graph', 'floats', 'ints', 'strings'] as const;

function readValueInfo(reader: ProtoReader): ValueInfo | undefined {
  let name = '';
  let type: Omit<ValueInfo, 'name'> | undefined;
  let untyped = true;
  while (reader.next()) {
    if (reader.field === 1) name = reader.text();
    else if (reader.field === 2) {
      untyped = false;
      type = readType(reader.message());
    } else reader.skip();
  }
  if (untyped) return { name, dataType: DataType.float32, dims: undefined };
  return type && { name, ...type };
}

function readType(reader: ProtoReader): Omit<ValueInfo, 'name'> | undefined {
  let type: Omit<ValueInfo, 'name'> | undefined;
  while (reader.next()) {
    if (reader.field === 1) type = readTensorType(reader.message());
    else reader.skip();
  }
  return type;
}

function readTensorType(reader: ProtoReader): Omit<ValueInfo, 'name'> {
  let dataType: DataType = DataType.float32;
  let dims: Dimension[] | undefined;
  while (reader.next()) {
    if (reader.field === 1) dataType = checkedType(reader.int());
    else if (reader.field === 2) dims = readShape(reader.message());
    else reader.skip();
  }
  return { dataType, dims };
}

function readShape(reader: ProtoReader): Dimension[] {
  const dims: Dimension[] = [];
  while (reader.next()) {
    if (reader.field === 1) dims.push(readDimension(reader.message()));
    else reader.skip();
  }
  return dims;
}

function readDimension(reader: ProtoReader): Dimension {
  let dimension: Dimension;
  while (reader.next()) {
    if (reader.field === 1) dimension = reader.int();
    else if (reader.field === 2) dimension = reader.text() || undefined;
    else reader.skip();
  }
  // -1 and 0 stand for "any" in files of some exporters.
  return typeof dimension === 'number' && dimension < 1 ? undefined : dimension;
}

function readTensor(reader: ProtoReader): TensorData {
  const dims: number[] = [];
  const floats: number[] = [];
  const ints: number[] = [];
  const doubles: number[] = [];
  let name = '';
  let type = 0;
  let raw: Uint8Array | undefined;
  while (reader.next()) {
    if (reader.field === 1) reader.intsInto(dims);
    else if (reader.field === 2) type = reader.int();
    else if (reader.field === 4) reader.floatsInto(floats);
    else if (reader.field === 5 || reader.field === 7 || reader.field === 11) reader.intsInto(ints);
    else if (reader.field === 6) throw unsupported('string tensors');
    else if (reader.field === 8) name = reader.text();
    else if (reader.field === 9) raw = reader.bytes();
    else if (reader.field === 10) reader.doublesInto(doubles);
    else if (reader.field === 13 || reader.field === 3)
      throw unsupported('tensors in separate files or parts');
    else reader.skip();
  }
  const dataType = checkedType(type);
  const size = elementBytes(dataType);
  if (size === undefined) throw unsupported('string tensors');
  if (dims.some(dim => dim < 0 || dim >= 2 ** 31)) throw corrupt(`the tensor ${name} has an impossible size`);
  const bytes = raw ?? encode(dataType, floats, ints, doubles);
  if (bytes.length !== elementCount(dims) * size)
    throw corrupt(`the tensor ${name} of shape [${dims.join(', ')}] has ${bytes.length} bytes`);
  return { name, dataType, dims, bytes };
}

/** Values that stand in typed lists instead of raw bytes. float16 stands there as the bits of an integer. */
function encode(
  dataType: DataType,
  floats: readonly number[],
  ints: readonly number[],
  doubles: readonly number[],
): Uint8Array {
  switch (dataType) {
    case DataType.float32:
      return viewOf(Float32Array.from(floats));
    case DataType.float64:
      return viewOf(Float64Array.from(doubles));
    case DataType.int64:
      return viewOf(BigInt64Array.from(ints, BigInt));
    case DataType.uint64:
      return viewOf(BigUint64Array.from(ints, value => BigInt.asUintN(64, BigInt(value))));
    case DataType.int32:
      return viewOf(Int32Array.from(ints));
    case DataType.uint32:
      return viewOf(Uint32Array.from(ints));
    case DataType.int8:
    case DataType.uint8:
    case DataType.bool:
      return Uint8Array.from(ints);
    default:
      return viewOf(Uint16Array.from(ints));
  }
}

function viewOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function checkedType(type: number): DataType {
  if (!dataTypes.has(type)) throw unsupported(`the element type ${type}`);
  return type as DataType;
}

function corrupt(reason: string): OnnxError {
  return new OnnxError(
    'MODEL_CORRUPT',
    `These bytes are no sound ONNX model: ${reason}. Fetch the file again.`,
  );
}

function unsupported(what: string): OnnxError {
  return new OnnxError('MODEL_UNSUPPORTED', `The ONNX model has ${what}, which is not supported.`);
}
