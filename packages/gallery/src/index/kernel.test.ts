import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { kernelCode } from './kernel-code.js';

it('holds what its source compiles to', () => {
  const script = fileURLToPath(new URL('../../scripts/build-kernel.mjs', import.meta.url));
  const fresh = execFileSync(process.execPath, [script, '--print'], { encoding: 'utf8' }).trim();
  expect(kernelCode, 'run node packages/gallery/scripts/build-kernel.mjs').toBe(fresh);
});
