// Constants of a TFLite file as numbers.
import type { Constant } from '../channels-last/constant.js';
import { float16ToFloat32 } from '../channels-last/float16.js';
import { OnnxError } from '../errors.js';
import { DataType } from '../model.js';
import { elementCount } from '../tensor.js';
import { corruptTflite } from './flatbuffer.js';
import type { TfliteTensor } from './schema.js';

/** The values of a constant tensor; float16 is expanded. */
export function readConstant(tensor: TfliteTensor, bytes: Uint8Array): Constant {
  if (tensor.sparse)
    throw new OnnxError('MODEL_UNSUPPORTED', `${tensor.name} is sparse; use the dense variant of the model.`);
  const dims = tensor.shape;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = elementCount(dims);
  const checked = (elementSize: number) => {
    if (count * elementSize !== bytes.byteLength)
      throw corruptTflite(`${tensor.name} does not have its size`);
    return { length: count };
  };
  switch (tensor.dataType) {
    case DataType.float32: {
      const values = Float32Array.from(checked(4), (_, i) => view.getFloat32(4 * i, true));
      return { kind: 'float32', dims, values };
    }
    case DataType.float16: {
      const values = Float32Array.from(checked(2), (_, i) => float16ToFloat32(view.getUint16(2 * i, true)));
      return { kind: 'float32', dims, values };
    }
    case DataType.int32: {
      const values = Array.from(checked(4), (_, i) => view.getInt32(4 * i, true));
      return { kind: 'int64', dims, values };
    }
    case DataType.int64: {
      const values = Array.from(checked(8), (_, i) => Number(view.getBigInt64(8 * i, true)));
      if (!values.every(Number.isSafeInteger)) throw corruptTflite(`${tensor.name} holds absurd numbers`);
      return { kind: 'int64', dims, values };
    }
    default:
      throw new OnnxError(
        'MODEL_UNSUPPORTED',
        `The TFLite constant ${tensor.name} is quantised or of an unusual type; use the float32 or float16 model.`,
      );
  }
}
