// A worker thread of the pool: one FaceAnalysis, told by messages what to do. Node only.
import { parentPort, workerData } from 'node:worker_threads';
import { FaceAnalysis } from '../analysis/face-analysis.js';
import { BatchRunner } from './batch-runner.js';
import type { FromWorker, ToWorker, WorkerSettings } from './messages.js';
import { toWire } from './wire-error.js';

const port = parentPort;
if (!port) throw new Error('This file runs in a worker thread, which FaceAnalysisPool starts.');
const { analysis, together } = workerData as WorkerSettings;
const send = (message: FromWorker) => port.postMessage(message);

try {
  const app = await FaceAnalysis.create({
    ...analysis,
    onNotice: text => send({ kind: 'notice', text }),
    onProgress: progress => send({ kind: 'progress', progress }),
  });
  await app.warmup();
  const runner = new BatchRunner(
    app,
    { together, maxPixels: analysis.maxPixels, antiAlias: analysis.compatibility !== 'insightface' },
    send,
  );
  port.on('message', async (message: ToWorker) => {
    if (message.kind === 'batch') runner.add(message.jobs);
    else if (message.kind === 'cancel') runner.cancel(message.id);
    else {
      await runner.finished();
      await app.dispose();
      port.close();
    }
  });
  const { pack, recognizer, tasks } = app;
  send({ kind: 'loaded', loaded: { pack, recognizer, tasks } });
} catch (error) {
  send({ kind: 'not-loaded', error: toWire(error) });
}
