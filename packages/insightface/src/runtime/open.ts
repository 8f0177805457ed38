// From the bytes of a model file to a session that runs fast. Node only.
import { createSession } from './node.js';
import { type OpenOptions, prepareModel } from './prepare.js';
import type { Session } from './session.js';

/**
 * Opens an ONNX model with its batch dimension freed where that is safe, and rewritten for the CPU.
 * @throws InsightFaceError `MODEL_INVALID` when the bytes are no sound model, `RUNTIME_UNAVAILABLE`.
 */
export async function openSession(bytes: Uint8Array, options: OpenOptions = {}): Promise<Session> {
  return createSession(prepareModel(bytes, options), options);
}
