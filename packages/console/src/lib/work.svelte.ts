// Something that takes a while: whether it is under way, and what went wrong.
import { InsightFaceClientError } from '@insightface-ts/client';

export class Work {
  isBusy = $state(false);
  error = $state('');

  /** Runs `work` and keeps its error as a sentence; the promise of a failed run resolves with `undefined`. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    this.isBusy = true;
    this.error = '';
    try {
      return await work();
    } catch (cause) {
      this.error = sentence(cause);
      return undefined;
    } finally {
      this.isBusy = false;
    }
  }
}

export function sentence(cause: unknown): string {
  if (cause instanceof InsightFaceClientError) return `${cause.message} (${cause.code})`;
  return cause instanceof Error ? cause.message : String(cause);
}
