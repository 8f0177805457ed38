import { warn } from './terminal.js';

/** Exit code of what was ended by Ctrl-C. */
export const INTERRUPTED = 130;

/** Ctrl-C asks the work to end in order, and says so in `words`; a second one ends it at once. */
export function onInterrupt(words: string | undefined): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    const line = process.stderr.isTTY ? '\n' : '';
    if (words !== undefined) warn(line + words);
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, stop);
  return {
    signal: controller.signal,
    end: () => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop);
    },
  };
}
