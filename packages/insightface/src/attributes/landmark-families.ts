// The landmark networks there are: how each wants its face cut out, and what its numbers mean. A new family is one more
// entry here.
import type { FaceRef, LandmarkKind, Landmarks } from './attribute-model.js';
import {
  type FaceCrop,
  insightFaceCrop,
  levelCrop,
  placePoints,
  placePoints3,
  smoothCrop,
  stretchedCrop,
} from './face-crop.js';

export interface LandmarkFamily {
  readonly kind: LandmarkKind;
  /** Fewest numbers a face that the network must answer with. */
  readonly outputLength: number;
  crop(face: FaceRef, height: number, width: number): FaceCrop;
  /** Points in the photo from one face's numbers; `size` is the side of the network's input. */
  place(values: Float32Array, crop: FaceCrop, size: number): Landmarks;
}

export const landmarkFamilies: Readonly<Record<string, LandmarkFamily>> = {
  /** 68 points in 0..1 of the detector's box, from grey pixels (`fr_landmark`). */
  'landmark68-grey': {
    kind: 'landmark68',
    outputLength: 136,
    // Against hand-marked points of LFW, not wider: 4.86 % of the eye distance; 0.06 to 0.14 wider: 4.68 %.
    crop: (face, height, width) => stretchedCrop(face, height, width, 0.06),
    place: (values, crop, size) => placePoints(scaled(values, size), crop),
  },
  /** InsightFace's 2d106det: -1..1 of the crop. */
  landmark2d106: {
    kind: 'landmark2d106',
    outputLength: 212,
    crop: (face, size) => insightFaceCrop(face, size, 1.5),
    place: (values, crop, size) => placePoints(fromUnit(values.subarray(-212), size, 2), crop),
  },
  /** InsightFace's 1k3d68: 1,103 points in 3-D of which the last 68 are the landmarks; -1..1 of the crop. */
  landmark3d68: {
    kind: 'landmark3d68',
    outputLength: 204,
    crop: (face, size) => insightFaceCrop(face, size, 1.5),
    place: (values, crop, size) => placePoints3(fromUnit(values.subarray(-204), size, 3), crop),
  },
  /** PFLD, 98 points in 0..1 of the crop. X. Guo et al., "PFLD: A Practical Facial Landmark Detector", 2019. */
  pfld98: {
    kind: 'landmark98',
    outputLength: 196,
    crop: (face, size) => smoothCrop(face, size, 1),
    place: (values, crop, size) => placePoints(scaled(values, size), crop),
  },
  /** MediaPipe's face mesh: 468 points in pixels of the crop, z away from the camera. Y. Kartynnik et al., 2019. */
  mesh468: {
    kind: 'landmark468',
    outputLength: 1404,
    crop: (face, size) => levelCrop(face, size, 1.5),
    place: (values, crop) =>
      placePoints3(
        values.map((value, index) => (index % 3 === 2 ? -value : value)),
        crop,
      ),
  },
};

function scaled(values: Float32Array, size: number): Float32Array {
  return values.map(value => value * size);
}

/** From -1..1 to pixels; z keeps its zero. */
function fromUnit(values: Float32Array, size: number, coordinates: 2 | 3): Float32Array {
  const half = Math.floor(size / 2);
  return values.map((value, index) => (index % coordinates === 2 ? value : value + 1) * half);
}
