/** What went wrong. The manual lists each code with its remedy. */
export type ErrorCode =
  /** The bytes are no image, or are damaged. */
  | 'IMAGE_INVALID'
  /** The image has more pixels than the limit that was set. */
  | 'IMAGE_TOO_LARGE'
  /** The image's format is not one that can be read here. */
  | 'IMAGE_UNSUPPORTED'
  /** A file or folder does not exist or cannot be read. */
  | 'FILE_NOT_FOUND'
  /** A file or folder could not be written: a full disk, or no permission. */
  | 'WRITE_FAILED'
  /** An argument or option is outside what is documented. */
  | 'INVALID_ARGUMENT'
  /** The pack is not known, or its manifest is wrong. */
  | 'PACK_INVALID'
  /** The model file is damaged, or is no model of the task it is used for. */
  | 'MODEL_INVALID'
  /** A file's SHA-256 is not the one its manifest states. */
  | 'CHECKSUM_MISMATCH'
  /** A download failed, and nothing usable is in the cache. */
  | 'DOWNLOAD_FAILED'
  /** The inference engine is missing, or the device asked for is not there. */
  | 'RUNTIME_UNAVAILABLE'
  /** The network failed while it ran. */
  | 'INFERENCE_FAILED'
  /** No face where one was needed. */
  | 'NO_FACE'
  /** Templates of different models, or of different lengths, must not be compared. */
  | 'MODEL_MISMATCH'
  /** An embedding holds NaN or infinity, or is all zeros. */
  | 'EMBEDDING_INVALID'
  /** The gallery folder is not a gallery, or is damaged. */
  | 'GALLERY_INVALID'
  /** Data is encrypted, and the key is missing or another. */
  | 'KEY_INVALID'
  /** The database does not answer, or refuses the connection. */
  | 'STORE_UNAVAILABLE'
  /** No person of that name or id. */
  | 'PERSON_NOT_FOUND'
  /** A person of that name exists already. */
  | 'PERSON_EXISTS'
  /** The file with pairs, boxes or groups does not read. */
  | 'DATASET_INVALID'
  /** The experiment or sweep file does not read, or a value in it is outside its range. */
  | 'EXPERIMENT_INVALID'
  /** The training run cannot go on: its loss is not finite, or a process of it died. */
  | 'TRAINING_FAILED'
  /** The checkpoint is damaged, or belongs to another experiment. */
  | 'CHECKPOINT_INVALID'
  /** The queue is full, or the deadline cannot be met: try again later. */
  | 'BUSY'
  /** The deadline passed before the work began. */
  | 'DEADLINE_EXCEEDED'
  /** A worker thread died over the request, or none can be started. */
  | 'WORKER_FAILED'
  /** The caller's AbortSignal fired. */
  | 'ABORTED'
  /** The object was disposed of already. */
  | 'DISPOSED';

/** Every error this library throws on purpose: a code for programs, a sentence that says what to do for people. */
export class InsightFaceError extends Error {
  override readonly name = 'InsightFaceError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
