// Runs a TypeScript source in a process of its own, as vitest runs it: `node run-source.mjs FILE ARGUMENT...`
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const source = name => fileURLToPath(new URL(`../../../../${name}/src/index.ts`, import.meta.url));

/** Imports a source into this process. */
export function runSource(file) {
  return runnerImport(file, {
    configFile: false,
    logLevel: 'error',
    resolve: {
      alias: {
        '@insightface-ts/audit': source('audit'),
        '@insightface-ts/gallery': source('gallery'),
        '@insightface-ts/server': source('server'),
        '@insightface-ts/torch': source('torch'),
        '@insightface-ts/train': source('train'),
        '@insightface-ts/onnx': source('onnx'),
        'insightface-ts': source('insightface'),
      },
    },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [node, , file, ...rest] = process.argv;
  process.argv = [node, file, ...rest];
  await runSource(file);
}
