// What all families share that see a photo whole, once at each size, and answer with a score and a box in every cell.
import type { Image } from '../image/image.js';
import { letterbox } from '../image/letterbox.js';
import { Candidates } from './candidates.js';
import type { Detection, DetectOptions, Detector, Size, UprightScores } from './detector.js';
import type { Network, Outputs } from './network.js';
import { strongest } from './nms.js';
import { defaultThreshold, type FamilyDefaults, networkSizes, readSettings } from './settings.js';

/** In what such families differ. */
export interface SingleShotFamily {
  readonly defaults: FamilyDefaults;
  readonly upright: UprightScores;
  /** Sizes for `auto`, where the graph does not fix one. */
  readonly autoSizes: readonly Size[];
  /** Whether each candidate has five points. */
  readonly points: boolean;
  /**
   * Adds the cells that score at least `threshold`. Their places are in pixels of the photo: those of the network's
   * picture, which has the given `size`, divided by `scale`.
   */
  decode(outputs: Outputs, size: Size, scale: number, threshold: number, into: Candidates): void;
}

/** A detector whose candidates of all sizes go through one non-maximum suppression. */
export function createSingleShot(network: Network, family: SingleShotFamily): Detector {
  const { spec } = network;
  const { defaults, upright, autoSizes, points } = family;
  return {
    family: spec.family,
    detThresh: defaultThreshold(spec, defaults),
    upright,
    async detect(image: Image, options: DetectOptions = {}): Promise<Detection[]> {
      const { detThresh, nmsThresh, signal } = readSettings(spec, options, defaults);
      const candidates = new Candidates({ points });
      for (const size of networkSizes(network, options.detSize, autoSizes)) {
        const { image: picture, scale } = letterbox(image, size.width, size.height);
        family.decode(await network.run([picture], signal), size, scale, detThresh, candidates);
      }
      return strongest(candidates, nmsThresh);
    },
    dispose: () => network.dispose(),
  };
}
