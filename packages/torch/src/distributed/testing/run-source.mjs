// Runs a TypeScript source in a process of its own, as vitest runs it: `node run-source.mjs FILE ARGUMENT...`
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const source = name => fileURLToPath(new URL(`../../../../${name}/src/index.ts`, import.meta.url));

const [file, ...rest] = process.argv.slice(2);
process.argv = [process.argv[0], file, ...rest];
await runnerImport(file, {
  configFile: false,
  logLevel: 'error',
  resolve: {
    alias: {
      '@insightface-ts/torch': source('torch'),
      '@insightface-ts/train': source('train'),
      '@insightface-ts/onnx': source('onnx'),
      'insightface-ts': source('insightface'),
    },
  },
});
