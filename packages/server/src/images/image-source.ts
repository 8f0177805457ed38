// How a picture is named in JSON.
import { Type } from 'typebox';

export const ImageSource = Type.Union(
  [
    Type.String({ minLength: 1, description: 'Base64, or a data: URI' }),
    Type.Object({
      path: Type.String({ minLength: 1, maxLength: 4096, description: 'Within an allowed folder' }),
    }),
    Type.Object({ url: Type.String({ minLength: 1, maxLength: 2048, description: 'Of an allowed host' }) }),
  ],
  { $id: 'ImageSource', title: 'ImageSource' },
);

export type ImageSource = string | { readonly path: string } | { readonly url: string };
