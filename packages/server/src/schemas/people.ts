// People as answers have them.
import type { PersonSummary } from '@insightface-ts/gallery';
import { type Static, Type } from 'typebox';

export const PersonJson = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    tags: Type.Array(Type.String()),
    metadata: Type.Record(Type.String(), Type.Unknown()),
    templates: Type.Integer({ description: 'How many faces are enrolled' }),
    createdAt: Type.String(),
    photo: Type.Optional(Type.String({ description: 'Path of a face’s JPEG' })),
  },
  { $id: 'Person', title: 'Person' },
);
export type PersonJson = Static<typeof PersonJson>;

export const MatchJson = Type.Object(
  {
    person: Type.Object({ id: Type.String(), name: Type.String(), tags: Type.Array(Type.String()) }),
    similarity: Type.Number({ description: 'Cosine, -1 to 1' }),
    confidence: Type.Union([Type.Number(), Type.Null()], {
      description: 'Probability of one person, if half of all pairs are; null where it was not measured',
    }),
    match: Type.Boolean({ description: 'The similarity reaches the threshold' }),
    templateId: Type.String(),
    photo: Type.Optional(Type.String()),
  },
  { $id: 'Match', title: 'Match' },
);
export type MatchJson = Static<typeof MatchJson>;

/** Path parameter of routes under a person. */
export const PersonParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
export const FaceParams = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  templateId: Type.String({ minLength: 1, maxLength: 64 }),
});

export const Name = Type.String({ minLength: 1, maxLength: 512 });
export const Tags = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 64 });

/** An object; in a form, its JSON. */
export const Metadata = Type.Union([
  Type.Record(Type.String(), Type.Unknown()),
  Type.String({ maxLength: 65_536 }),
]);

/** @param photos templates of which a photo is kept. */
export function personToJson(person: PersonSummary, photos: readonly string[] = []): PersonJson {
  const { id, name, templates, createdAt, metadata = {}, tags = [] } = person;
  const [photo] = photos;
  return {
    id,
    name,
    tags: [...tags],
    metadata: { ...metadata },
    templates,
    createdAt,
    ...(photo !== undefined && { photo: photoPath(id, photo) }),
  };
}

export function photoPath(personId: string, templateId: string): string {
  return `/v1/people/${personId}/faces/${templateId}/photo`;
}
