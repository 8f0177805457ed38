// CompreFace's shapes.
import { type Static, Type } from 'typebox';

/** Query of every route that takes a picture. */
export const imageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 10_000, description: 'Most faces, the biggest first; 0: all' }),
  ),
  det_prob_threshold: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  face_plugins: Type.Optional(Type.String({ maxLength: 200, description: 'Comma-separated' })),
  status: Type.Optional(Type.Boolean({ description: 'With execution_time and plugins_versions' })),
};

export const ImageQuery = Type.Object(imageQuery);
export type ImageQuery = Static<typeof ImageQuery>;

export const predictionCount = {
  prediction_count: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1000, description: 'Subjects for each face' }),
  ),
};

const Times = Type.Record(Type.String(), Type.Number());
const Points = Type.Array(Type.Array(Type.Number()));

const face = {
  age: Type.Optional(Type.Object({ probability: Type.Number(), low: Type.Integer(), high: Type.Integer() })),
  gender: Type.Optional(
    Type.Object({
      probability: Type.Number(),
      value: Type.Union([Type.Literal('male'), Type.Literal('female')]),
    }),
  ),
  pose: Type.Optional(Type.Object({ pitch: Type.Number(), roll: Type.Number(), yaw: Type.Number() })),
  embedding: Type.Optional(Type.Array(Type.Number())),
  box: Type.Object({
    probability: Type.Number(),
    x_min: Type.Integer(),
    y_min: Type.Integer(),
    x_max: Type.Integer(),
    y_max: Type.Integer(),
  }),
  landmarks: Type.Optional(Points),
  landmarks2d106: Type.Optional(Points),
  execution_time: Type.Optional(Times),
};

const versions = { plugins_versions: Type.Optional(Type.Record(Type.String(), Type.String())) };

export const SubjectName = Type.String({ minLength: 1, maxLength: 512, description: 'Any text' });
export const SubjectScore = Type.Object({ similarity: Type.Number(), subject: Type.String() });
export const ImageId = Type.String({ format: 'uuid' });
export const SavedFace = Type.Object({ image_id: Type.String(), subject: Type.String() });
export const DetectedFaces = Type.Object({ result: Type.Array(Type.Object(face)), ...versions });
export const RecognizedFaces = Type.Object({
  result: Type.Array(Type.Object({ ...face, subjects: Type.Array(SubjectScore) })),
  ...versions,
});
const Verified = Type.Object({ ...face, similarity: Type.Number() });
export const VerifiedFaces = Type.Object({ result: Type.Array(Verified), ...versions });
export const ComparedFaces = Type.Object({
  result: Type.Array(
    Type.Object({ source_image_face: Type.Object(face), face_matches: Type.Array(Verified), ...versions }),
  ),
  ...versions,
});

export const Embedding = Type.Array(Type.Number(), { maxItems: 65_536 });
export const Embeddings = Type.Array(Embedding, { minItems: 1, maxItems: 1000 });
export const EmbeddingScores = Type.Object({
  result: Type.Array(Type.Object({ embedding: Type.Array(Type.Number()), similarity: Type.Number() })),
});

/** What every route answers when it refuses. */
export const Refusal = Type.Object({ message: Type.String(), code: Type.Integer() });
