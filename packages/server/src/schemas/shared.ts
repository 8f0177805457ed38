// Shapes that several routes use; each is a component of the OpenAPI document.
import { type Static, type TSchema, Type } from 'typebox';

/** Refers to a shape by its `$id`, and keeps its type. */
export function ref<T extends TSchema>(schema: T) {
  const { $id } = schema as { readonly $id?: string };
  if ($id === undefined) throw new Error('Only a schema with an $id can be referred to.');
  return Type.Unsafe<Static<T>>({ $ref: `${$id}#` });
}

export const ErrorBody = Type.Object(
  {
    error: Type.Object({
      code: Type.String(),
      message: Type.String(),
      details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    }),
    requestId: Type.String(),
  },
  { $id: 'Error', title: 'Error' },
);

const Point = Type.Tuple([Type.Number(), Type.Number()]);

export const FaceJson = Type.Object(
  {
    box: Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()], {
      description: 'x1, y1, x2, y2 in pixels of the upright image',
    }),
    score: Type.Number({ description: 'Detection score, 0 to 1' }),
    landmarks: Type.Optional(
      Type.Array(Point, { description: 'Left eye, right eye, nose, left and right mouth corner' }),
    ),
    quality: Type.Number({ description: '0 to 1' }),
    pose: Type.Object(
      { yaw: Type.Number(), pitch: Type.Number(), roll: Type.Number() },
      { description: 'Degrees' },
    ),
    age: Type.Optional(Type.Number({ description: 'Years' })),
    ageRange: Type.Optional(Type.Tuple([Type.Number(), Type.Number()])),
    gender: Type.Optional(Type.Union([Type.Literal('M'), Type.Literal('F')])),
    genderScore: Type.Optional(Type.Number()),
    liveness: Type.Optional(Type.Number({ description: 'Probability that the face is live' })),
    embedding: Type.Optional(Type.Array(Type.Number(), { description: 'Unit length' })),
    crop: Type.Optional(Type.String({ description: 'data: URI of a JPEG, aligned, 112x112' })),
  },
  { $id: 'Face', title: 'Face' },
);
export type FaceJson = Static<typeof FaceJson>;

export const ImageSize = Type.Object(
  { width: Type.Integer(), height: Type.Integer() },
  { $id: 'ImageSize', title: 'ImageSize', description: 'Pixels of the upright image' },
);

/** What a request may say of how its pictures are analysed. */
export const analysisOptions = {
  detThresh: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'Lowest detection score' })),
  maxFaces: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000, description: 'Most faces; 0: all' })),
  minFaceSize: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 10_000, description: 'Smallest side of a box, in pixels' }),
  ),
  embeddings: Type.Optional(Type.Boolean({ description: 'With embeddings. Default false' })),
  crops: Type.Optional(Type.Boolean({ description: 'With aligned crops. Default false' })),
  landmarks: Type.Optional(Type.Boolean({ description: 'With the five points. Default false' })),
  attributes: Type.Optional(Type.Boolean({ description: 'With age, gender, liveness. Default true' })),
};

export const AnalysisOptions = Type.Object(analysisOptions);
export type AnalysisOptions = Static<typeof AnalysisOptions>;

/** What search and verification may say of where the line is. */
export const thresholdOptions = {
  threshold: Type.Optional(Type.Number({ minimum: -1, maximum: 1, description: 'Cosine that decides' })),
  far: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'False accept rate' })),
};

/** Bytes of an answer that is no JSON. */
export const Bytes = Type.Unsafe<Uint8Array>({ type: 'string', format: 'binary' });
