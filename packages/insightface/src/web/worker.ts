// The worker's side: one FaceAnalysis that answers the page's calls.
import { FaceAnalysis } from './face-analysis.js';
import { isDrawable } from './input.js';
import { type FromWorker, packError, type ToWorker } from './worker-messages.js';

let analysis: FaceAnalysis | undefined;
const running = new Map<number, AbortController>();

const post = (message: FromWorker, transfer: Transferable[] = []) =>
  globalThis.postMessage(message, { transfer });

async function answer(
  message: Exclude<ToWorker, { abort: number }>,
  signal: AbortSignal,
): Promise<FromWorker> {
  const { id } = message;
  if (message.call === 'create') {
    const [options] = message.parameters;
    analysis = await FaceAnalysis.create({
      ...options,
      signal,
      onNotice: notice => post({ notice }),
      onProgress: progress => post({ progress }),
    });
    return { id, result: { pack: analysis.pack, recognizer: analysis.recognizer } };
  }
  if (!analysis) throw new Error('The worker was asked before it was ready.');
  switch (message.call) {
    case 'analyze': {
      const [input, options] = message.parameters;
      try {
        for await (const item of analysis.stream([input], { ...options, signal })) {
          if ('error' in item) throw item.error;
          const { width, height, faces, timings } = item;
          return { id, result: { width, height, faces, timings } };
        }
      } finally {
        // The page made it for this call.
        if (isDrawable(input) && 'close' in input) input.close();
      }
      throw new Error('A picture got no answer.');
    }
    case 'embedAligned':
      return { id, result: await analysis.embedAligned(message.parameters[0], { signal }) };
    case 'warmup':
      return { id, result: await analysis.warmup() };
  }
}

globalThis.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  if ('abort' in data) return running.get(data.abort)?.abort();
  const controller = new AbortController();
  running.set(data.id, controller);
  try {
    post(await answer(data, controller.signal));
  } catch (error) {
    post({ id: data.id, error: packError(error) });
  } finally {
    running.delete(data.id);
  }
};
