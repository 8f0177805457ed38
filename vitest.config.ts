import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (name: string) => fileURLToPath(new URL(`./packages/${name}/src/index.ts`, import.meta.url));

/** Tests run on the TypeScript sources, never on a stale build. */
const alias = {
  'insightface-ts': source('insightface'),
  '@insightface-ts/onnx': source('onnx'),
  '@insightface-ts/capture': source('capture'),
  '@insightface-ts/gallery': source('gallery'),
  '@insightface-ts/audit': source('audit'),
  '@insightface-ts/torch': source('torch'),
  '@insightface-ts/train': source('train'),
  '@insightface-ts/server': source('server'),
  '@insightface-ts/client': source('client'),
};

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['{packages,bench,docs,examples,scripts}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.data.test.ts'],
          testTimeout: 60_000,
          // The engine loads in a hook, and a busy machine takes its time.
          hookTimeout: 60_000,
          // Files run side by side; several threads in each would only wait for each other.
          env: { OMP_NUM_THREADS: '1' },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'data',
          include: ['{packages,bench}/**/*.data.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 600_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
