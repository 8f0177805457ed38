import { errorToJson } from './face-json.js';

/** Prints an error for people: a sentence and its code. A fault of ours, which has no code, keeps its stack. */
export function reportError(error: unknown): void {
  const known = error instanceof Error ? errorToJson(error) : undefined;
  if (known && known.code !== 'UNEXPECTED') console.error(`insightface: ${known.message} [${known.code}]`);
  else {
    console.error('insightface: an unexpected error. Please report it with these lines:');
    console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}
