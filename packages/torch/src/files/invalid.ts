import { TorchError } from '../errors.js';

/** A file that does not read: cut short, contradicting itself, or of another kind. */
export function invalid(why: string): TorchError {
  return new TorchError(
    'CHECKPOINT_INVALID',
    `This file cannot be read as a checkpoint: ${why}. Fetch or save it again.`,
  );
}

/** Runs a reader and puts the file's path before what it complains of. */
export async function naming<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TorchError)
      throw new TorchError(error.code, `${path}: ${error.message}`, { cause: error });
    if (error instanceof Error && 'syscall' in error)
      throw new TorchError('FILE_NOT_FOUND', `${path} cannot be read (${error.message}). Check the path.`, {
        cause: error,
      });
    throw error;
  }
}
