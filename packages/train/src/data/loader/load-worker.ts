// A worker thread that loads batches.
import { workerData } from 'node:worker_threads';
import { answerRequests } from '../worker-answer.js';
import { BatchReader, type LoadRequest, type LoadSettings } from './load-batch.js';

const reader = new BatchReader(workerData as LoadSettings);
answerRequests<LoadRequest>(async request => {
  const pixels = await reader.load(request);
  return { value: pixels, transfer: [pixels.buffer] };
});
