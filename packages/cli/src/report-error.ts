import { errorToJson } from './face-json.js';
import { visible, warn } from './terminal.js';

/** Prints an error for people: a sentence and its code. A fault of ours, which has no code, keeps its stack. */
export function reportError(error: unknown): void {
  const known = error instanceof Error ? errorToJson(error) : undefined;
  if (known && known.code !== 'UNEXPECTED') warn(`insightface: ${visible(known.message)} [${known.code}]`);
  else {
    warn('insightface: an unexpected error. Please report it with these lines:');
    warn(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** Prints for people why there is no answer for an image. */
export function reportFailure(image: string, { code, message }: ReturnType<typeof errorToJson>): void {
  warn(`${visible(image)}: ${visible(message)} [${code}]`);
}
