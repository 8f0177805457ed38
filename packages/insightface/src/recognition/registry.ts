// Which code runs a recogniser. A new family is one new file and one line here.
import type { Session } from '../runtime/session.js';
import { lookUp } from '../zoo/look-up.js';
import type { ModelSpec } from '../zoo/manifest.js';
import { createArcface } from './arcface.js';
import type { Recognizer } from './recognizer.js';

type Factory = (spec: ModelSpec, sessions: ReadonlyMap<string, Session>) => Recognizer;

const families: Readonly<Record<string, Factory>> = { arcface: createArcface };

/**
 * A recogniser from a model of a pack and its open networks by role.
 * @throws InsightFaceError `PACK_INVALID` when the family is not known, `MODEL_INVALID` when the graph does not fit it.
 */
export function createRecognizer(spec: ModelSpec, sessions: ReadonlyMap<string, Session>): Recognizer {
  return lookUp(families, spec)(spec, sessions);
}
