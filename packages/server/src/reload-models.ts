import type { FaceAnalysisPool } from 'insightface-ts';
import { HttpError } from './errors/http-error.js';

/** @throws HttpError `CONFLICT` when the pack has another recogniser; the models are as before then. */
export async function reloadModels(pool: FaceAnalysisPool, pack?: string): Promise<void> {
  const { pack: before, recognizer } = pool;
  await pool.reload(pack === undefined ? {} : { pack });
  if (pool.recognizer?.fingerprint === recognizer?.fingerprint) return;
  await pool.reload({ pack: before });
  throw new HttpError(
    'CONFLICT',
    'The pack has another recogniser, which cannot read the gallery. Start a server with another data folder.',
  );
}
