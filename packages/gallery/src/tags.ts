import { InsightFaceError } from 'insightface-ts';

const maxTags = 64;
const maxTagBytes = 64;

/**
 * Tags as they are kept: composed (NFC), trimmed, each once, sorted.
 * @throws InsightFaceError `INVALID_ARGUMENT` for an empty or overlong tag, one with control characters, or too many.
 */
export function normalizeTags(tags: readonly string[]): string[] {
  const normal = [...new Set(tags.map(tag => tag.normalize('NFC').trim()))].sort();
  if (normal.length > maxTags)
    throw new InsightFaceError('INVALID_ARGUMENT', `A person has at most ${maxTags} tags. Give fewer.`);
  for (const tag of normal)
    if (tag === '' || /\p{Cc}|\p{Cs}|\p{Zl}|\p{Zp}/u.test(tag) || Buffer.byteLength(tag) > maxTagBytes)
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `A tag has 1 to ${maxTagBytes} bytes in UTF-8 and no control characters. Give another.`,
      );
  return normal;
}
