// A face as InsightFace-REST writes it.
import type { Face } from 'insightface-ts';

/** Which fields an `/extract` request asks for. */
export interface FaceFields {
  readonly embedding: boolean;
  readonly genderAge: boolean;
  readonly landmarks: boolean;
}

/** A face in InsightFace-REST's words. There is no mask detector here: `mask` and `mask_probs` are always null. */
export interface RestFace {
  bbox: number[];
  /** Absent from crops, which no detector saw. */
  num_det?: number;
  /** Of the detector's input; boxes are in pixels of the photo whatever it is. */
  scale?: number;
  prob: number;
  /** Width of the box. */
  size: number;
  norm: number | null;
  vec: number[] | null;
  /** 1 male, 0 female. */
  gender: 0 | 1 | null;
  age: number | null;
  mask: null;
  mask_probs: null;
  landmarks?: number[][];
  /** The aligned face as JPEG. */
  facedata?: string;
}

/** @param index - Place among the faces of its photo. */
export function toRestFace(face: Face, index: number, fields: FaceFields, crop?: string): RestFace {
  const bbox = face.bbox.map(Math.trunc);
  return {
    bbox,
    num_det: index,
    scale: 1,
    prob: face.detScore,
    size: Math.trunc(face.bbox[2] - face.bbox[0]),
    norm: (fields.embedding && face.embeddingNorm) || null,
    vec: fields.embedding && face.normedEmbedding ? Array.from(face.normedEmbedding) : null,
    gender: fields.genderAge && face.gender ? (face.gender === 'M' ? 1 : 0) : null,
    age: (fields.genderAge && face.age) || null,
    mask: null,
    mask_probs: null,
    ...(fields.landmarks && { landmarks: face.kps.map(([x, y]) => [Math.trunc(x), Math.trunc(y)]) }),
    ...(crop !== undefined && { facedata: crop }),
  };
}

/** A crop that came aligned already. */
export function toRestCrop(embedding: Float32Array | undefined): RestFace {
  const norm = embedding && Math.hypot(...embedding);
  return {
    bbox: [0, 0, 112, 112],
    prob: 1,
    size: 112,
    norm: norm ?? null,
    vec: embedding && norm ? Array.from(embedding, value => value / norm) : null,
    gender: null,
    age: null,
    mask: null,
    mask_probs: null,
  };
}
