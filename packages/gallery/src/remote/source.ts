import { InsightFaceError } from 'insightface-ts';

/**
 * Where an embedding comes from, as text that every database keeps.
 * @throws InsightFaceError `INVALID_ARGUMENT` for NUL characters and broken Unicode.
 */
export function checkSource(source: string): string {
  if (/\0|\p{Cs}/u.test(source))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'The source holds a NUL character or broken Unicode, which databases do not keep. Give another.',
    );
  return source;
}
