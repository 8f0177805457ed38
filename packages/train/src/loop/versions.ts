// What a run was made with, for RUN/experiment.json.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { info } from '@insightface-ts/torch';

/** Versions and machine, by name. */
export function versions(): Record<string, string> {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return {
    '@insightface-ts/train': manifest.version,
    libtorch: info().version,
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
  };
}
