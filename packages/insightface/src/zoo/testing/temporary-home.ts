// An empty model home for one test. Not part of the published library.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Points INSIGHTFACE_HOME to a new folder until `restore` is called. */
export async function temporaryHome(): Promise<{ readonly path: string; restore(): Promise<void> }> {
  const before = process.env['INSIGHTFACE_HOME'];
  const path = await mkdtemp(join(tmpdir(), 'insightface-home-'));
  process.env['INSIGHTFACE_HOME'] = path;
  return {
    path,
    restore: async () => {
      if (before === undefined) delete process.env['INSIGHTFACE_HOME'];
      else process.env['INSIGHTFACE_HOME'] = before;
      await rm(path, { recursive: true, force: true });
    },
  };
}
