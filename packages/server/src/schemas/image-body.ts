// A body with pictures: multipart or JSON, the same fields in both.
import { type TProperties, Type } from 'typebox';
import { ImageSource } from '../images/image-source.js';
import { ref } from './shared.js';

const file = Type.String({ format: 'binary' });

/**
 * Schemas by content type.
 * @param images names of the fields with pictures, and how many each takes.
 * @param fields what else the body may hold.
 */
export function imageBody(images: Readonly<Record<string, 'one' | 'several'>>, fields: TProperties = {}) {
  const inJson: TProperties = {};
  const inForm: TProperties = {};
  for (const [name, count] of Object.entries(images)) {
    const source = ref(ImageSource);
    inJson[name] = Type.Optional(count === 'one' ? source : Type.Array(source));
    inForm[name] = Type.Optional(count === 'one' ? file : Type.Array(file));
  }
  return {
    content: {
      'application/json': { schema: Type.Object({ ...inJson, ...fields }) },
      'multipart/form-data': { schema: Type.Object({ ...inForm, ...fields }) },
    },
  };
}

/** Fields of the body over those of the query, both checked by the route's schemas. */
export function optionsOf<T extends object>(request: { readonly query: T; readonly body: unknown }): T {
  return { ...request.query, ...(request.body as Partial<T> | null | undefined) };
}
