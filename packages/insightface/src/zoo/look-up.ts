import { InsightFaceError } from '../errors.js';
import type { ModelSpec } from './manifest.js';

/** The family a manifest names. @throws InsightFaceError `PACK_INVALID` when there is none of that name. */
export function lookUp<Family>(families: Readonly<Record<string, Family>>, spec: ModelSpec): Family {
  const family = Object.hasOwn(families, spec.family) ? families[spec.family] : undefined;
  if (family === undefined)
    throw new InsightFaceError(
      'PACK_INVALID',
      `${spec.name}: no family for ${spec.task} is named ${spec.family}. There are: ${Object.keys(families).join(', ')}.`,
    );
  return family;
}
