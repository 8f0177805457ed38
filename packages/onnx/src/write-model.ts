// Graphs to ONNX files (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; field numbers are that file's).
import type { Attribute, Graph, Model, Node, TensorData, ValueInfo } from './model.js';
import { ProtoWriter } from './protobuf/writer.js';

/** The bytes of an ONNX file. What {@link readModel} does not keep (documentation, versions) is not in it. */
export function writeModel(model: Model): Uint8Array {
  const writer = new ProtoWriter().int(1, model.irVersion).text(2, model.producerName);
  writer.message(7, graph => writeGraph(graph, model.graph));
  for (const { domain, version } of model.opsets)
    writer.message(8, opset => opset.text(1, domain).int(2, version));
  for (const [key, value] of model.metadata) writer.message(14, entry => entry.text(1, key).text(2, value));
  return writer.finish();
}

function writeGraph(writer: ProtoWriter, graph: Graph): void {
  for (const node of graph.nodes) writer.message(1, inner => writeNode(inner, node));
  writer.text(2, graph.name);
  for (const tensor of graph.initializers.values()) writer.message(5, inner => writeTensor(inner, tensor));
  for (const info of graph.inputs) writer.message(11, inner => writeValueInfo(inner, info));
  for (const info of graph.outputs) writer.message(12, inner => writeValueInfo(inner, info));
  for (const info of graph.valueInfo) writer.message(13, inner => writeValueInfo(inner, info));
}

function writeNode(writer: ProtoWriter, node: Node): void {
  for (const input of node.inputs) writer.text(1, input);
  for (const output of node.outputs) writer.text(2, output);
  writer.text(3, node.name).text(4, node.opType);
  for (const [name, attribute] of node.attributes)
    writer.message(5, inner => writeAttribute(inner.text(1, name), attribute));
  if (node.domain !== '') writer.text(7, node.domain);
}

function writeAttribute(writer: ProtoWriter, attribute: Attribute): void {
  switch (attribute.kind) {
    case 'float':
      writer.float(2, attribute.value).int(20, 1);
      break;
    case 'int':
      writer.int(3, attribute.value).int(20, 2);
      break;
    case 'string':
      writer.text(4, attribute.value).int(20, 3);
      break;
    case 'tensor':
      writer.message(5, inner => writeTensor(inner, attribute.value)).int(20, 4);
      break;
    case 'graph':
      writer.message(6, inner => writeGraph(inner, attribute.value)).int(20, 5);
      break;
    case 'floats':
      writer.packedFloats(7, attribute.value).int(20, 6);
      break;
    case 'ints':
      writer.packedInts(8, attribute.value).int(20, 7);
      break;
    case 'strings':
      for (const text of attribute.value) writer.text(9, text);
      writer.int(20, 8);
  }
}

function writeTensor(writer: ProtoWriter, tensor: TensorData): void {
  writer.packedInts(1, tensor.dims).int(2, tensor.dataType).text(8, tensor.name).bytes(9, tensor.bytes);
}

function writeValueInfo(writer: ProtoWriter, info: ValueInfo): void {
  writer.text(1, info.name).message(2, type =>
    type.message(1, tensor => {
      tensor.int(1, info.dataType);
      const { dims } = info;
      if (!dims) return;
      tensor.message(2, shape => {
        for (const dim of dims)
          shape.message(1, inner => {
            if (typeof dim === 'number') inner.int(1, dim);
            else if (dim !== undefined) inner.text(2, dim);
          });
      });
    }),
  );
}
