/** What went wrong. The manual lists each code with its remedy. */
export type TorchErrorCode =
  /** The native engine is not built, or does not load on this machine. */
  | 'ENGINE_MISSING'
  /** libtorch refused the operation: shapes or types that do not fit, no memory, a device that is not there. */
  | 'ENGINE_FAILED'
  /** The tensor was disposed of already, by dispose() or by the end of a tidy(). */
  | 'DISPOSED'
  /** An argument or option is outside what is documented. */
  | 'INVALID_ARGUMENT'
  /** The names or shapes of a state dict are not those of the module. */
  | 'STATE_DICT_MISMATCH'
  /** A module has no ONNX form. */
  | 'EXPORT_UNSUPPORTED'
  /** A file does not exist or cannot be read. */
  | 'FILE_NOT_FOUND'
  /** A file could not be written: a full disk, or no permission. */
  | 'WRITE_FAILED'
  /** A checkpoint or weights file is damaged, or holds what is not allowed. */
  | 'CHECKPOINT_INVALID'
  /** Another process of the group failed, or did not answer in time. */
  | 'RANK_FAILED';

/** Every error this package throws on purpose: a code for programs, a sentence that says what to do for people. */
export class TorchError extends Error {
  override readonly name = 'TorchError';
  readonly code: TorchErrorCode;

  constructor(code: TorchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
