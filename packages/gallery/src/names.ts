import { InsightFaceError } from 'insightface-ts';

/** Longest name, in bytes of UTF-8: about 500 Latin letters or 170 Chinese characters. */
const maxNameBytes = 512;

/**
 * The form in which a name is kept: composed (NFC), so that one name typed on two keyboards is one person, with no
 * space around it.
 * @throws InsightFaceError `INVALID_ARGUMENT` for an empty or overlong name, or one with control characters.
 */
export function normalizeName(name: string): string {
  const normal = name.normalize('NFC').trim();
  const refuse = (reason: string) => {
    throw new InsightFaceError('INVALID_ARGUMENT', `The name ${reason}. Give another.`);
  };
  if (normal === '') refuse('is empty');
  if (/\p{Cc}|\p{Cs}|\p{Zl}|\p{Zp}/u.test(normal)) refuse('holds control characters or broken Unicode');
  const bytes = Buffer.byteLength(normal);
  if (bytes > maxNameBytes) refuse(`has ${bytes} bytes in UTF-8, more than ${maxNameBytes}`);
  return normal;
}
