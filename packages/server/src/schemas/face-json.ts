// A face as every answer has it.
import type { Face, Point } from 'insightface-ts';
import type { AnalysisOptions, FaceJson } from './shared.js';

const round = (value: number, digits: number) => Number(value.toFixed(digits));

/** @param crop JPEG of the aligned face. */
export function faceToJson(face: Face, options: AnalysisOptions, crop?: Uint8Array): FaceJson {
  const [x1, y1, x2, y2] = face.bbox;
  const { yaw, pitch, roll } = face.pose;
  return {
    box: [round(x1, 2), round(y1, 2), round(x2, 2), round(y2, 2)],
    score: round(face.detScore, 5),
    ...(options.landmarks && { landmarks: face.kps.map(point) }),
    quality: round(face.quality, 4),
    pose: { yaw: round(yaw, 2), pitch: round(pitch, 2), roll: round(roll, 2) },
    ...((options.attributes ?? true) && attributes(face)),
    ...(options.embeddings && face.normedEmbedding && { embedding: Array.from(face.normedEmbedding) }),
    ...(crop && { crop: jpegUri(crop) }),
  };
}

function point([x, y]: Point): [number, number] {
  return [round(x, 2), round(y, 2)];
}

export function jpegUri(jpeg: Uint8Array): string {
  return `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;
}

function attributes({ age, ageRange, gender, genderScore, liveness }: Face): Partial<FaceJson> {
  return {
    ...(age !== undefined && { age: round(age, 1) }),
    ...(ageRange && { ageRange: [round(ageRange[0], 1), round(ageRange[1], 1)] satisfies [number, number] }),
    ...(gender && { gender }),
    ...(genderScore !== undefined && { genderScore: round(genderScore, 4) }),
    ...(liveness !== undefined && { liveness: round(liveness, 4) }),
  };
}
