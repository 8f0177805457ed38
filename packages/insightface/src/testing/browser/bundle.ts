// Bundles a page's script from the TypeScript sources, as Vite does for a site.
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
const source = (path: string) => `${root}packages/${path}`;

/** Sources import and start each other under the names that they will have once they are compiled. */
const compiledNames: Plugin = {
  name: 'compiled-names',
  enforce: 'pre',
  transform: (code, id) =>
    id.endsWith('.ts')
      ? code.replace(/new URL\('(\.\/[\w-]+)\.js', import\.meta\.url\)/g, "new URL('$1.ts', import.meta.url)")
      : undefined,
};

const externalBuiltins: Plugin = {
  name: 'no-builtins',
  enforce: 'pre',
  resolveId(id, importer) {
    if (id.startsWith('node:') || id === 'sharp' || id === 'onnxruntime-node')
      this.error(`${importer} needs ${id}, which a browser does not have.`);
  },
};

/** @param folder - Where `index.html` or `entry` is; the bundle goes into `outDir`. */
export async function bundlePage(folder: string, outDir: string, entry = 'index.html'): Promise<void> {
  const plugins = [compiledNames, externalBuiltins];
  await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    plugins,
    resolve: {
      alias: [
        { find: /^insightface-ts(\/web)?$/, replacement: source('insightface/src/web/index.ts') },
        { find: /^@insightface-ts\/onnx$/, replacement: source('onnx/src/index.ts') },
        { find: /^@insightface-ts\/capture$/, replacement: source('capture/src/index.ts') },
      ],
    },
    worker: { format: 'es', plugins: () => plugins },
    build: {
      outDir,
      emptyOutDir: true,
      minify: false,
      target: 'es2023',
      rolldownOptions: { input: `${folder}/${entry}` },
    },
  });
}
