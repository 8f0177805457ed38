// Is it a face, or a picture of one? From a single photo; experimental, see the manual for what was measured.
import { InsightFaceError } from '../errors.js';
import type { Box } from '../geometry.js';
import type { Image } from '../image/image.js';
import { cropBox } from '../image/warp.js';
import { inputSize, largestOutput, modelSession, runBatches } from '../runtime/run-batches.js';
import type { Session } from '../runtime/session.js';
import { lookUp } from '../zoo/look-up.js';
import type { ModelSpec } from '../zoo/manifest.js';
import type { FaceRef, LivenessModel } from './attribute-model.js';
import { smoothCrop } from './face-crop.js';

interface LivenessFamily {
  readonly classes: number;
  crop(face: FaceRef, size: number): Image;
}

const families: Readonly<Record<string, LivenessFamily>> = {
  /** fr_liveness: logits of live and of two kinds of fake; sees 2.7 times the box, cut off at the photo's edges. */
  'fr-liveness': {
    classes: 3,
    crop: (face, size) => cropBox(face.image, insideBox(face, 2.7), size, size),
  },
  /** MiniFASNet (minivision, Silent-Face-Anti-Spoofing): logits of live and fake; sees 1.5 times the box. */
  minifasnet: {
    classes: 2,
    crop: (face, size) => smoothCrop(face, size, 1.5).image,
  },
};

/**
 * A liveness model of a pack, ready to run.
 * @param sessions - One session, with the role `model`.
 * @throws InsightFaceError `PACK_INVALID` when the family is not known, `MODEL_INVALID` when the graph does not fit it.
 */
export function createLivenessModel(spec: ModelSpec, sessions: ReadonlyMap<string, Session>): LivenessModel {
  const family = lookUp(families, spec);
  const session = modelSession(spec, sessions);
  const [, size] = inputSize(spec, session);
  return {
    check: async (faces, options = {}) => {
      const crops = faces.map(face => family.crop(face, size));
      const answers = largestOutput(await runBatches(session, crops, spec.input, options.signal));
      return answers.map(values => {
        if (values.length !== family.classes)
          throw new InsightFaceError(
            'MODEL_INVALID',
            `${spec.name} answers with ${values.length} numbers a face; ${spec.family} has ${family.classes} classes.`,
          );
        return probabilityOfFirst(values);
      });
    },
    dispose: () => session.dispose(),
  };
}

/** Softmax of logits of which "live" is the first. */
function probabilityOfFirst(logits: Float32Array): number {
  const first = logits[0] ?? 0;
  return 1 / logits.reduce((sum, logit) => sum + Math.exp(logit - first), 0);
}

/** The box `margin` times as large about its centre; what reaches outside the photo is cut off. */
function insideBox({ image, bbox }: FaceRef, margin: number): Box {
  const [x1, y1, x2, y2] = bbox;
  const reachX = ((x2 - x1) * margin) / 2;
  const reachY = ((y2 - y1) * margin) / 2;
  const x = (x1 + x2) / 2;
  const y = (y1 + y2) / 2;
  return [
    Math.max(0, x - reachX),
    Math.max(0, y - reachY),
    Math.min(image.width, x + reachX),
    Math.min(image.height, y + reachY),
  ];
}
