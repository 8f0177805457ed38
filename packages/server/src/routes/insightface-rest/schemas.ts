// InsightFace-REST's shapes (version 0.9.5).
import { type Static, Type } from 'typebox';

/** Pictures as base64 (in msgpack: bytes), or addresses: URLs of allowed hosts, paths in allowed folders. */
const Images = Type.Object({
  data: Type.Optional(Type.Union([Type.Array(Type.String({ minLength: 1 })), Type.Null()])),
  urls: Type.Optional(Type.Union([Type.Array(Type.String({ minLength: 1, maxLength: 4096 })), Type.Null()])),
});

const threshold = Type.Optional(
  Type.Number({ minimum: 0, maximum: 1, description: 'Default: the detector’s own' }),
);
const limit_faces = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 10_000, description: 'The largest; 0: all' }),
);
const min_face_size = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 10_000, description: 'Width in pixels' }),
);
const flag = (description: string) => Type.Optional(Type.Boolean({ description }));

export const ExtractBody = Type.Object({
  images: Images,
  threshold,
  embed_only: flag('The pictures are aligned crops of 112x112. Default false'),
  return_face_data: flag('With aligned crops as base64. Default false'),
  return_landmarks: flag('Default false'),
  extract_embedding: flag('Default true'),
  extract_ga: flag('Gender and age. Default false'),
  detect_masks: flag('There is no mask detector: mask stays null'),
  limit_faces,
  min_face_size,
  verbose_timings: flag('Default false'),
  msgpack: flag('Answer as msgpack. Default false'),
  img_req_headers: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Not used' })),
});
export type ExtractBody = Static<typeof ExtractBody>;

export const drawFields = {
  threshold,
  draw_landmarks: flag('Default true'),
  draw_scores: flag('Default true'),
  draw_sizes: flag('Default true'),
  limit_faces,
};

export const DrawBody = Type.Object({
  images: Images,
  ...drawFields,
  min_face_size,
  detect_masks: flag('Not used'),
});

const DrawOptions = Type.Object({ ...drawFields, min_face_size });
export type DrawOptions = Static<typeof DrawOptions>;

const orNull = <T extends Parameters<typeof Type.Array>[0]>(schema: T) => Type.Union([schema, Type.Null()]);

const Face = Type.Object({
  status: Type.Optional(Type.String()),
  traceback: Type.Optional(Type.String()),
  bbox: Type.Optional(Type.Array(Type.Integer())),
  num_det: Type.Optional(Type.Integer()),
  scale: Type.Optional(Type.Number()),
  prob: Type.Optional(Type.Number()),
  size: Type.Optional(Type.Integer()),
  norm: Type.Optional(orNull(Type.Number())),
  vec: Type.Optional(orNull(Type.Array(Type.Number()))),
  gender: Type.Optional(orNull(Type.Integer({ description: '1 male, 0 female' }))),
  age: Type.Optional(orNull(Type.Number())),
  mask: Type.Optional(orNull(Type.Boolean())),
  mask_probs: Type.Optional(orNull(Type.Object({ mask: Type.Number(), no_mask: Type.Number() }))),
  landmarks: Type.Optional(Type.Array(Type.Array(Type.Integer()))),
  facedata: Type.Optional(Type.String()),
});

const ImageResult = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('failed')]),
  took_ms: Type.Number(),
  faces: Type.Array(Face),
  traceback: Type.Optional(Type.String({ description: 'Why it failed, in a sentence' })),
});
export type ImageResult = Static<typeof ImageResult>;

/** Either form of the answer: with `took`, or after `embed_only` with `took_ms` and `status`. */
export const ExtractAnswer = Type.Object({
  took: Type.Optional(
    Type.Object({
      total_ms: Type.Number(),
      read_imgs_ms: Type.Optional(Type.Number()),
      embed_all_ms: Type.Optional(Type.Number()),
    }),
  ),
  took_ms: Type.Optional(Type.Number()),
  data: Type.Array(ImageResult),
  status: Type.Optional(Type.String()),
});

export const Detail = Type.Object({ detail: Type.String() });
