// The shape of a face in every JSON line: others build on it, so it is written down once.
import type { Face } from 'insightface-ts';

const round = (value: number, digits: number) => Number(value.toFixed(digits));

/** A face as the commands print it. Fields of models that were not loaded are absent. */
export function faceToJson(face: Face, options: { readonly embedding?: boolean } = {}) {
  return {
    bbox: face.bbox.map(value => round(value, 3)),
    kps: face.kps.map(point => point.map(value => round(value, 3))),
    detScore: round(face.detScore, 5),
    ...(options.embedding && face.embedding && { embedding: Array.from(face.embedding) }),
    ...(face.gender && { gender: face.gender }),
    ...(face.genderScore !== undefined && { genderScore: round(face.genderScore, 4) }),
    ...(face.age !== undefined && { age: round(face.age, 1) }),
    ...(face.ageRange && { ageRange: face.ageRange.map(value => round(value, 1)) }),
    pose: {
      pitch: round(face.pose.pitch, 2),
      yaw: round(face.pose.yaw, 2),
      roll: round(face.pose.roll, 2),
    },
    quality: round(face.quality, 4),
    ...(face.liveness !== undefined && { liveness: round(face.liveness, 4) }),
  };
}

/** An error as the commands print it in a JSON line. */
export function errorToJson(error: Error): { code: string; message: string } {
  // Codes of Node and of other libraries are not among those that the manual lists.
  const ours = ['InsightFaceError', 'OnnxError', 'TorchError', 'AuditError'].includes(error.name);
  const code = ours && 'code' in error && typeof error.code === 'string' ? error.code : 'UNEXPECTED';
  return { code, message: error.message };
}
