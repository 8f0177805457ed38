// One line for each detector family.
import { InsightFaceError } from '../errors.js';
import type { Session } from '../runtime/session.js';
import type { ModelSpec } from '../zoo/manifest.js';
import { createBlazeface } from './blazeface.js';
import type { Detector } from './detector.js';
import { createMtcnn } from './mtcnn.js';
import { createRetinaface } from './retinaface.js';
import { createScrfd } from './scrfd.js';
import { createUltralight } from './ultralight.js';
import { createYunet } from './yunet.js';

type DetectorFactory = (spec: ModelSpec, sessions: ReadonlyMap<string, Session>) => Detector;

const families: Readonly<Record<string, DetectorFactory>> = {
  blazeface: createBlazeface,
  mtcnn: createMtcnn,
  retinaface: createRetinaface,
  scrfd: createScrfd,
  ultralight: createUltralight,
  yunet: createYunet,
};

/**
 * Makes a detector of the model's family from its sessions, by role (`model`, or for a cascade `pnet`, `rnet`, `onet`).
 * @throws InsightFaceError `PACK_INVALID` for a family that is not known, `MODEL_INVALID` when the graphs are not what
 * the family needs.
 */
export function createDetector(spec: ModelSpec, sessions: ReadonlyMap<string, Session>): Detector {
  const create = Object.hasOwn(families, spec.family) ? families[spec.family] : undefined;
  if (!create)
    throw new InsightFaceError(
      'PACK_INVALID',
      `The detector family "${spec.family}" of ${spec.name} is not known. Known are: ${Object.keys(families).join(', ')}.`,
    );
  return create(spec, sessions);
}
