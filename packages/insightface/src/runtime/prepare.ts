// Graphs are checked and rewritten when they are loaded, wherever they run then.
import {
  checkModel,
  freeBatch,
  type Model,
  OnnxError,
  optimizeForCpu,
  readModel,
  writeModel,
} from '@insightface-ts/onnx';
import { InsightFaceError } from '../errors.js';
import type { SessionOptions } from './session.js';

export interface OpenOptions extends SessionOptions {
  /**
   * Default true: on a CPU, channels that nobody reads are cut out, and PReLU and the like are written in forms that
   * ONNX Runtime computes faster. Outputs stay equal to 1e-5 of the largest.
   */
  readonly optimize?: boolean;
}

/**
 * The bytes of an ONNX model with its batch dimension freed where that is safe, and rewritten for the CPU.
 * @throws InsightFaceError `MODEL_INVALID` when the bytes are no sound model.
 */
export function prepareModel(bytes: Uint8Array, options: OpenOptions): Uint8Array {
  const optimize = (options.device ?? 'cpu') === 'cpu' && options.optimize !== false;
  try {
    const model = readModel(bytes);
    checkModel(model);
    const free = withFreeBatch(model);
    return writeModel(optimize ? optimizeForCpu(free) : free);
  } catch (cause) {
    if (cause instanceof OnnxError) throw new InsightFaceError('MODEL_INVALID', cause.message, { cause });
    throw cause;
  }
}

function withFreeBatch(model: Model): Model {
  try {
    return freeBatch(model);
  } catch (error) {
    // A graph that folds its batch into other dimensions keeps the batch it was exported with.
    if (error instanceof OnnxError && error.code === 'GRAPH_EDIT_FAILED') return model;
    throw error;
  }
}
