// From ONNX Runtime's own sessions and tensors to ours; Node's build and the web's have the same ones.
import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from 'onnxruntime-common';
import { InsightFaceError } from '../errors.js';
import type { Session, Tensor, TensorInfo } from './session.js';

/** A {@link Session} over one of ONNX Runtime, whichever build that is of. */
export class OrtSession implements Session {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #Tensor: TensorConstructor;
  #session: InferenceSession | undefined;

  constructor(Tensor: TensorConstructor, session: InferenceSession) {
    this.#Tensor = Tensor;
    this.#session = session;
    this.inputs = session.inputMetadata.map(describe);
    this.outputs = session.outputMetadata.map(describe);
  }

  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    if (!this.#session) throw new InsightFaceError('DISPOSED', 'This session was disposed of already.');
    const ortFeeds: Record<string, OrtTensor> = {};
    for (const [name, tensor] of Object.entries(feeds))
      ortFeeds[name] = new this.#Tensor('float32', tensor.data, tensor.dims);
    let results: InferenceSession.OnnxValueMapType;
    try {
      results = await this.#session.run(ortFeeds);
    } catch (cause) {
      throw new InsightFaceError(
        'INFERENCE_FAILED',
        `The network did not run: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
    const outputs: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(results)) {
      const tensor = value as OrtTensor;
      outputs[name] = { data: toFloats(tensor), dims: tensor.dims };
    }
    return outputs;
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }
}

function describe(value: InferenceSession.ValueMetadata): TensorInfo {
  return { name: value.name, dims: value.isTensor ? value.shape : [] };
}

function toFloats(tensor: OrtTensor): Float32Array {
  const { data, type } = tensor;
  if (data instanceof Float32Array) return data;
  // Half floats arrive as their bits, which are no numbers to compute with.
  if (Array.isArray(data) || type === 'float16')
    throw new InsightFaceError(
      'MODEL_INVALID',
      `The network answers with ${type}. Use a model whose outputs are float32.`,
    );
  return Float32Array.from(data as ArrayLike<number | bigint>, Number);
}
