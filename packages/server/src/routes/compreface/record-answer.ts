import type { FastifyRequest } from 'fastify';
import { recognizerOf, roundScore } from '../../people/decide.js';

/** What the audit log hears of a question. Where the line is, CompreFace leaves to its clients: nothing is decided. */
export async function recordAnswer(
  request: FastifyRequest,
  action: 'search' | 'verify' | 'compare',
  faces: number,
  best?: { readonly cosine: number; readonly personId?: string },
): Promise<void> {
  const { services } = request.server;
  await services.record(request, {
    action,
    outcome: 'done',
    model: recognizerOf(services).fingerprint,
    ...(best && { score: roundScore(best.cosine) }),
    ...(best?.personId !== undefined && { personId: best.personId }),
    details: { faces, api: 'compreface' },
  });
}
