// Which code runs a recogniser. A new family is one new file and one line here.
import { InsightFaceError } from '../errors.js';
import type { Session } from '../runtime/session.js';
import type { ModelSpec } from '../zoo/manifest.js';
import { createArcface } from './arcface.js';
import type { Recognizer } from './recognizer.js';

type Factory = (spec: ModelSpec, sessions: ReadonlyMap<string, Session>) => Recognizer;

const families: Readonly<Record<string, Factory>> = { arcface: createArcface };

/** Names of the recogniser families there are. */
export const recognizerFamilies: readonly string[] = Object.keys(families);

/**
 * A recogniser from a model of a pack and its open networks by role.
 * @throws InsightFaceError `PACK_INVALID` when the family is not known, `MODEL_INVALID` when the graph does not fit it.
 */
export function createRecognizer(spec: ModelSpec, sessions: ReadonlyMap<string, Session>): Recognizer {
  const create = Object.hasOwn(families, spec.family) ? families[spec.family] : undefined;
  if (!create)
    throw new InsightFaceError(
      'PACK_INVALID',
      `${spec.name}: no recogniser family is named ${spec.family}. There are: ${recognizerFamilies.join(', ')}.`,
    );
  return create(spec, sessions);
}
