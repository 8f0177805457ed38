// ONNX files of a few bytes with the inputs and outputs of real ones. Not part of the published library.
import { type Attribute, DataType, type Dimension, type Node, writeModel } from '@insightface-ts/onnx';

export interface TinyModel {
  readonly inputs: readonly (readonly Dimension[])[];
  readonly outputs: readonly (readonly Dimension[])[];
  /** Operators from the input on, by type and name; each feeds the next. */
  readonly nodes?: readonly { readonly opType: string; readonly name: string }[];
}

export function tinyModel({ inputs, outputs, nodes = [] }: TinyModel): Uint8Array {
  const value = (name: string, dims: readonly Dimension[]) => ({ name, dataType: DataType.float32, dims });
  const chain = nodes.map(
    ({ opType, name }, index): Node => ({
      name,
      opType,
      domain: '',
      inputs: [index === 0 ? 'input0' : `value${index - 1}`],
      outputs: [`value${index}`],
      attributes: new Map<string, Attribute>(),
    }),
  );
  return writeModel({
    irVersion: 8,
    opsets: [{ domain: '', version: 13 }],
    producerName: 'test',
    metadata: new Map(),
    graph: {
      name: 'tiny',
      nodes: chain,
      initializers: new Map(),
      inputs: inputs.map((dims, index) => value(`input${index}`, dims)),
      outputs: outputs.map((dims, index) => value(`output${index}`, dims)),
      valueInfo: [],
    },
  });
}

/** A detector as SCRFD's: nine outputs. */
export const tinyScrfd = tinyModel({
  inputs: [[1, 3, 'height', 'width']],
  outputs: [1, 4, 10].flatMap(last => [0, 1, 2].map(() => [undefined, last])),
});

/** A recogniser as InsightFace's. */
export const tinyArcface = tinyModel({ inputs: [['batch', 3, 112, 112]], outputs: [['batch', 512]] });
