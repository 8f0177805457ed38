// What came of an enrolment.
import type { Person } from '@insightface-ts/gallery';
import { type Static, Type } from 'typebox';
import type { Enrolled, Rejected } from '../people/enrol.js';
import { faceHints, hintCodes } from '../people/face-hints.js';
import { faceToJson } from './face-json.js';
import { PersonJson, personToJson } from './people.js';
import { FaceJson, ref } from './shared.js';

export const EnrolmentJson = Type.Object({
  person: ref(PersonJson),
  enrolled: Type.Array(
    Type.Object({
      name: Type.String({ description: 'Of the picture' }),
      templateId: Type.String(),
      face: ref(FaceJson),
      quality: Type.Number(),
      hints: Type.Array(Type.Enum([...hintCodes])),
    }),
  ),
  rejected: Type.Array(Type.Object({ name: Type.String(), code: Type.String(), message: Type.String() })),
});

export function enrolmentToJson(
  { templates, ...person }: Person,
  photos: readonly string[],
  enrolled: readonly Enrolled[],
  rejected: readonly Rejected[],
): Static<typeof EnrolmentJson> {
  return {
    person: personToJson({ ...person, templates: templates.length }, photos),
    enrolled: enrolled.map(({ image, templateId, face }) => ({
      name: image,
      templateId,
      face: faceToJson(face, {}),
      quality: face.quality,
      hints: faceHints(face),
    })),
    rejected: [...rejected],
  };
}
