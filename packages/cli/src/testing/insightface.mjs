// The command from its sources, in a process of its own: `node insightface.mjs ARGUMENT...`
import { fileURLToPath } from 'node:url';
import { runSource } from '../../../torch/src/distributed/testing/run-source.mjs';

await runSource(fileURLToPath(new URL('../main.ts', import.meta.url)));
