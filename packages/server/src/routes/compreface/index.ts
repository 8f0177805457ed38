// The routes of CompreFace 1.2 under /api/v1, as its REST manual describes them; docs/compatibility.md tells the
// differences. Subjects are the people of the key's tenant.
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { App } from '../app.js';
import { addEmbeddings } from './embeddings.js';
import { addRecognition } from './recognition.js';
import { answerRefusal } from './refusal.js';
import { addSavedFaces } from './saved-faces.js';
import { addSubjects } from './subjects.js';

export function addCompreFace(app: App): void {
  app.register(
    async plain => {
      const scope = plain.withTypeProvider<TypeBoxTypeProvider>();
      scope.setErrorHandler(answerRefusal);
      addSubjects(scope);
      addSavedFaces(scope);
      addRecognition(scope);
      addEmbeddings(scope);
    },
    { prefix: '/api/v1' },
  );
}
