import { cpus } from 'node:os';

/** Where and when a figure was measured: the first line that a bench prints. */
export const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
