// From the bytes of a model file to a session that runs fast: graphs are checked and rewritten when they are loaded.
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
import { createSession } from './node.js';
import type { Session, SessionOptions } from './session.js';

export interface OpenOptions extends SessionOptions {
  /**
   * Default true: on a CPU, channels that nobody reads are cut out, and PReLU and the like are written in forms that
   * ONNX Runtime computes faster. Outputs stay equal to 1e-5 of the largest.
   */
  readonly optimize?: boolean;
}

/**
 * Opens an ONNX model with its batch dimension freed where that is safe, and rewritten for the CPU.
 * @throws InsightFaceError `MODEL_INVALID` when the bytes are no sound model, `RUNTIME_UNAVAILABLE`.
 */
export async function openSession(bytes: Uint8Array, options: OpenOptions = {}): Promise<Session> {
  const onCpu = (options.device ?? 'cpu') === 'cpu';
  return createSession(prepare(bytes, onCpu && options.optimize !== false), options);
}

function prepare(bytes: Uint8Array, optimize: boolean): Uint8Array {
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
