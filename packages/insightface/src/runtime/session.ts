// The one seam to ONNX Runtime: everything above it sees tensors of 32-bit floats and a session that runs them.

/** Floats, row-major. Integer and boolean outputs of a network arrive converted to floats. */
export interface Tensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** Name and shape of an input or output; a free dimension is its symbol, or -1. */
export interface TensorInfo {
  readonly name: string;
  readonly dims: readonly (number | string)[];
}

/** Where a network runs. `cpu` is always there; the others only where the installed ONNX Runtime has them. */
export type Device = 'cpu' | 'cuda' | 'coreml' | 'directml' | 'webgpu';

export interface SessionOptions {
  /** Asking for a device that is not there is an error, never a silent fallback. Default `cpu`. */
  readonly device?: Device;
  /** Threads inside one run, at least 1. Default 1: throughput comes from several sessions. */
  readonly threads?: number;
}

/** A network ready to run. */
export interface Session {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** @throws InsightFaceError `INFERENCE_FAILED`, or `DISPOSED`. */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  dispose(): Promise<void>;
}
