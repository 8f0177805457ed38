// The worker's side of {@link WorkerPool}.
import { parentPort } from 'node:worker_threads';
import { InsightFaceError } from 'insightface-ts';

/** What a worker sends back. Errors lose their class on the way, so that code and words travel alone. */
export type WorkerAnswer =
  | { readonly value: unknown }
  | { readonly error: { readonly code?: string; readonly message: string; readonly stack?: string } };

/** Answers each request with what `answer` returns; the buffers in `transfer` move instead of being copied. */
export function answerRequests<Request>(
  answer: (request: Request) => Promise<{ value: unknown; transfer: readonly ArrayBuffer[] }>,
): void {
  if (!parentPort) throw new Error('This module is the body of a worker thread.');
  const port = parentPort;
  port.on('message', async (request: Request) => {
    try {
      const { value, transfer } = await answer(request);
      port.postMessage({ value } satisfies WorkerAnswer, transfer);
    } catch (error) {
      port.postMessage({ error: describe(error) } satisfies WorkerAnswer);
    }
  });
}

function describe(error: unknown) {
  if (error instanceof InsightFaceError) return { code: error.code, message: error.message };
  if (error instanceof Error) return { message: error.message, ...(error.stack && { stack: error.stack }) };
  return { message: String(error) };
}
