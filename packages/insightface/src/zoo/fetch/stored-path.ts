// Where fetched files lie in the model home.
import { join } from 'node:path';
import { modelHome } from '../home.js';
import type { ModelFile } from '../manifest.js';
import { sha256Of } from '../sha256.js';
import { parseSource, type Source } from './source.js';

/** Folder of an origin in the model home. */
export function originFolder(source: Source): string {
  if (source.kind === 'npm')
    return join(modelHome(), 'npm', ...`${source.package}@${source.version}`.split('/'));
  const { host, pathname, protocol, search } = new URL(source.url);
  const parts = [host, ...pathname.split('/').filter(part => part !== '')];
  if (search) parts.push(sha256Of(search).slice(0, 16));
  const safe = parts.map(part => part.replace(/[<>:"|?*\\]/g, '_'));
  return join(modelHome(), protocol.slice(0, -1), ...safe);
}

/** Where a file with a source lies once it was fetched. */
export function storedPath(file: ModelFile & { readonly source: string }): string {
  const source = parseSource(file.source);
  const folder = originFolder(source);
  const inside = source.kind === 'npm' ? source.path : (source.member ?? 'file');
  const part = file.range ? `.${file.range[0]}-${file.range[1]}` : '';
  return join(folder, ...inside.split('/')) + part;
}
