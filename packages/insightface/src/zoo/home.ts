// Where fetched models lie.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The folder of fetched models: the environment variable `INSIGHTFACE_HOME`, else `insightface-ts` in the user's
 * cache folder. Nothing creates it before the first download.
 */
export function modelHome(): string {
  const { INSIGHTFACE_HOME, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (INSIGHTFACE_HOME) return resolve(INSIGHTFACE_HOME);
  if (process.platform === 'win32')
    return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'insightface-ts');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'insightface-ts');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'insightface-ts');
}
