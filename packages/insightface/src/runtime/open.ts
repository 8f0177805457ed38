// From the bytes of a model file to a session that runs fast: graphs are rewritten when they are loaded.
import { freeBatch, OnnxError, optimizeForCpu, readModel, writeModel } from '@insightface-ts/onnx';
import { createSession } from './node.js';
import type { Session, SessionOptions } from './session.js';

export interface OpenOptions extends SessionOptions {
  /** Default true: PReLU, BatchNormalization and the like are rewritten where the CPU gains by it (equal to 1e-5). */
  readonly optimize?: boolean;
}

/**
 * Opens an ONNX model with its batch dimension freed where that is safe, and rewritten for the CPU.
 * @throws InsightFaceError `MODEL_INVALID`, `RUNTIME_UNAVAILABLE`; OnnxError `MODEL_CORRUPT`.
 */
export async function openSession(bytes: Uint8Array, options: OpenOptions = {}): Promise<Session> {
  const onCpu = (options.device ?? 'cpu') === 'cpu';
  let model = readModel(bytes);
  try {
    model = freeBatch(model);
  } catch (error) {
    // A graph that folds its batch into other dimensions keeps the batch it was exported with.
    if (!(error instanceof OnnxError && error.code === 'GRAPH_EDIT_FAILED')) throw error;
  }
  if (onCpu && options.optimize !== false) model = optimizeForCpu(model);
  return createSession(writeModel(model), options);
}
