// Runs a landmark network of any family over faces of any photos, in batches.
import { InsightFaceError } from '../errors.js';
import { inputSize, largestOutput, modelSession, runBatches } from '../runtime/run-batches.js';
import type { Session } from '../runtime/session.js';
import { lookUp } from '../zoo/look-up.js';
import type { ModelSpec } from '../zoo/manifest.js';
import type { Landmarker } from './attribute-model.js';
import { landmarkFamilies } from './landmark-families.js';

/**
 * A landmark model of a pack, ready to run.
 * @param sessions - One session, with the role `model`.
 * @throws InsightFaceError `PACK_INVALID` when the family is not known, `MODEL_INVALID` when the graph does not fit it.
 */
export function createLandmarker(spec: ModelSpec, sessions: ReadonlyMap<string, Session>): Landmarker {
  const family = lookUp(landmarkFamilies, spec);
  const session = modelSession(spec, sessions);
  const [height, width] = inputSize(spec, session);
  if (height !== width)
    throw new InsightFaceError(
      'MODEL_INVALID',
      `${spec.name}: landmark networks see squares, not ${width}x${height}.`,
    );
  return {
    kind: family.kind,
    locate: async (faces, options = {}) => {
      const crops = faces.map(face => family.crop(face, height, width));
      const images = crops.map(crop => crop.image);
      const answers = largestOutput(await runBatches(session, images, spec.input, options.signal));
      return crops.map((crop, index) => {
        const values = answers[index];
        if (!values || values.length < family.outputLength)
          throw new InsightFaceError(
            'MODEL_INVALID',
            `${spec.name} answers with ${values?.length ?? 0} numbers a face; ${spec.family} has ${family.outputLength}.`,
          );
        return family.place(values, crop, width);
      });
    },
    dispose: () => session.dispose(),
  };
}
