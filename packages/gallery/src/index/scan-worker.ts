// The body of a worker thread of ScanPool.
import { parentPort } from 'node:worker_threads';
import type { ScanAnswer, ScanMessage } from './scan-pool.js';
import { TableScanner } from './table-scanner.js';

const port = parentPort;
if (!port) throw new Error('This module is the body of a worker thread.');
const scanners = new Map<number, TableScanner>();

port.on('message', (message: ScanMessage) => {
  if ('layout' in message)
    scanners.set(message.table, new TableScanner(message.memory, message.layout, message.thread));
  else if ('request' in message) port.postMessage(answer(message));
  else scanners.delete(message.table);
});

function answer({ id, table, request }: Extract<ScanMessage, { request: object }>): ScanAnswer {
  try {
    return { id, hits: scanners.get(table)?.search(request) ?? [] };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}
