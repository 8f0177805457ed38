// The peers fetch their models and WebAssembly as a browser does; in Node, files must answer.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

globalThis.fetch = async request => {
  const url = String(request?.url ?? request);
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  const type = path.endsWith('.wasm')
    ? 'application/wasm'
    : path.endsWith('.json')
      ? 'application/json'
      : 'application/octet-stream';
  return new Response(await readFile(path), { headers: { 'content-type': type } });
};
