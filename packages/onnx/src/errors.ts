/** What went wrong with a model file or a graph. */
export type OnnxErrorCode =
  /** The bytes are not a model of that format, are cut, or contradict themselves. */
  | 'MODEL_CORRUPT'
  /** The model is well formed but uses an operator or a feature that is not supported. */
  | 'MODEL_UNSUPPORTED'
  /** An edit does not apply to this graph. */
  | 'GRAPH_EDIT_FAILED';

/** An error with a code and a sentence that says what to do. */
export class OnnxError extends Error {
  override readonly name = 'OnnxError';
  readonly code: OnnxErrorCode;

  constructor(code: OnnxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
