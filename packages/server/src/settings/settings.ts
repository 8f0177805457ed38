// What an admin may change while the server runs, for one tenant.
import { type Static, Type } from 'typebox';

export const Settings = Type.Object(
  {
    far: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'False accept rate whose measured threshold decides, unless `threshold` is set',
    }),
    threshold: Type.Union([Type.Number({ minimum: -1, maximum: 1 }), Type.Null()], {
      description: 'Cosine from which on two faces are one person; null: by `far`',
    }),
    identifyMargin: Type.Number({
      minimum: 0,
      maximum: 2,
      description:
        'How much more similar the best person must be than the next to be identified; 0: not asked for',
    }),
    keepPhotos: Type.Boolean({ description: 'Keep a crop of 112x112 pixels of every enrolled face' }),
    minQuality: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'Lowest quality of a face to be enrolled',
    }),
    minFaceSize: Type.Integer({
      minimum: 0,
      maximum: 4096,
      description: 'Smallest side of the box of a face to be enrolled, in pixels',
    }),
    liveness: Type.Object(
      {
        required: Type.Boolean({
          description: 'Accept only faces that count as live; the pack needs such a model',
        }),
        threshold: Type.Number({ minimum: 0, maximum: 1 }),
      },
      { additionalProperties: false },
    ),
  },
  { $id: 'Settings', title: 'Settings', additionalProperties: false },
);

export type Settings = Static<typeof Settings>;

/** A stranger in ten thousand is taken for somebody; photos are kept; tiny faces are not enrolled. */
export const defaultSettings: Settings = {
  far: 1e-4,
  threshold: null,
  identifyMargin: 0,
  keepPhotos: true,
  minQuality: 0,
  minFaceSize: 40,
  liveness: { required: false, threshold: 0.5 },
};
