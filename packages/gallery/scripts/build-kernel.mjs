// Compiles kernel/scan.ts with AssemblyScript and writes src/index/kernel-code.ts, or, with --print, prints the base64.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('..', import.meta.url));
const options = '-O3 --runtime stub --noAssert --enable simd --enable threads --enable bulk-memory';
const memory = '--importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536';

const outputs = new Map();
const { error, stderr } = await main(
  ['kernel/scan.ts', '--baseDir', folder, '-o', 'scan.wasm', ...options.split(' '), ...memory.split(' ')],
  { writeFile: (name, content) => outputs.set(name, content) },
);
if (error) throw new Error(`${error.message}\n${stderr}`);
const code = Buffer.from(outputs.get('scan.wasm')).toString('base64');
if (process.argv.includes('--print')) console.log(code);
else {
  const lines = code.match(/.{1,100}/g).map(line => `  '${line}'`);
  const text = `// Made by scripts/build-kernel.mjs from kernel/scan.ts: WebAssembly in base64.\n\nexport const kernelCode =\n${lines.join(' +\n')};\n`;
  await writeFile(`${folder}/src/index/kernel-code.ts`, text);
}
