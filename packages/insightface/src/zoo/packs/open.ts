import type { PackManifest } from '../manifest.js';
import { faceres, frDetect, frFeature, frLandmark, frLiveness } from './shared.js';

/** The default pack: small, quick, under MIT. */
export const open: PackManifest = {
  name: 'open',
  title: 'Quick detector, 68 points, 512-d recogniser, gender and age',
  license: 'MIT',
  models: [frDetect, frLandmark, frFeature, faceres, frLiveness],
};
