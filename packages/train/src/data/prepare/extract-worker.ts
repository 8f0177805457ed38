// A worker thread that turns photos into crops, with networks of its own.
import { workerData } from 'node:worker_threads';
import { answerRequests } from '../worker-answer.js';
import { Extractor } from './extract.js';
import type { ExtractSettings } from './options.js';

/** Photos for one request. */
export interface ExtractRequest {
  readonly sources: readonly string[];
}

const opening = Extractor.open(workerData as ExtractSettings);
answerRequests<ExtractRequest>(async ({ sources }) => {
  const extractor = await opening;
  return { value: await extractor.extract(sources), transfer: [] };
});
