// Pairs files as text.
// - LFW (http://vis-www.cs.umass.edu/lfw/README.txt), tabs or blanks between fields:
//   View 2 begins with `folds pairs` (`10 300`): each fold has that many same pairs (`name n1 n2`), then as many different
//   ones (`name1 n1 name2 n2`). View 1 (pairsDevTrain, pairsDevTest) begins with `pairs` alone: one such block. It names no
//   folds, so each kind is cut into ten parts in file order, and fold k is part k of both.
// - CSV of your own: `imageA,imageB,same[,fold]` a line, same being 1 or 0, true or false; a header line is skipped.
import { InsightFaceError } from '../errors.js';
import { splitFields } from './csv.js';
import type { VerificationPair } from './verification.js';

/**
 * Reads a pairs file. LFW images get the names `Person/Person_0001` (no ending: a folder knows its own).
 * @throws InsightFaceError `DATASET_INVALID` with the line's number.
 */
export function parsePairs(text: string): VerificationPair[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, i) => ({ text: line.trim(), number: i + 1 }))
    .filter(line => line.text !== '' && !line.text.startsWith('#'));
  const first = lines[0];
  if (!first) throw new InsightFaceError('DATASET_INVALID', 'The pairs file is empty.');
  const head = /^(\d+)(?:\s+(\d+))?$/.exec(first.text);
  if (head) return parseLfw(lines.slice(1), head);
  return parseCsv(lines);
}

interface Line {
  readonly text: string;
  readonly number: number;
}

function parseLfw(lines: readonly Line[], head: RegExpExecArray): VerificationPair[] {
  const folds = head[2] === undefined ? undefined : Number(head[1]);
  const perKind = Number(head[2] ?? head[1]);
  const expected = perKind * 2 * (folds ?? 1);
  if (lines.length !== expected || expected === 0)
    throw new InsightFaceError(
      'DATASET_INVALID',
      `The pairs file promises ${expected} pairs in its first line but has ${lines.length}.`,
    );
  return lines.map((line, i) => {
    const inBlock = i % perKind;
    const same = Math.floor(i / perKind) % 2 === 0;
    const fields = line.text.split(/\s+/);
    if (fields.length !== (same ? 3 : 4))
      throw badLine(
        line,
        same ? '`name number number` (a same pair)' : '`name number name number` (a different pair)',
      );
    const [name, number] = [fields[0]!, fields[1]!];
    const a = lfwImage(line, name, number);
    const b = same ? lfwImage(line, name, fields[2]!) : lfwImage(line, fields[2]!, fields[3]!);
    const fold = folds === undefined ? Math.floor((inBlock * 10) / perKind) : Math.floor(i / (2 * perKind));
    return { a, b, same, fold };
  });
}

function lfwImage(line: Line, name: string, number: string): string {
  if (!/^\d{1,6}$/.test(number) || /[\\/]|^\.+$/.test(name))
    throw badLine(line, 'a person and the number of an image');
  return `${name}/${name}_${number.padStart(4, '0')}`;
}

function parseCsv(lines: readonly Line[]): VerificationPair[] {
  const rows = lines.map(line => ({ line, fields: splitFields(line.text) }));
  const isPair = (fields: string[]) => /^(1|0|true|false)$/i.test(fields[2] ?? '');
  const pairs = rows.slice(isPair(rows[0]!.fields) ? 0 : 1).map(({ line, fields }): VerificationPair => {
    const [a, b, flag, fold] = fields;
    if (!a || !b || !isPair(fields) || (fold !== undefined && !/^\d{1,6}$/.test(fold)))
      throw badLine(line, '`imageA,imageB,same[,fold]` with same 1 or 0');
    const same = /^(1|true)$/i.test(flag!);
    return fold === undefined ? { a, b, same } : { a, b, same, fold: Number(fold) };
  });
  if (pairs.length === 0)
    throw badLine(lines[0]!, '`imageA,imageB,same[,fold]`, or the head of an LFW pairs file');
  return pairs;
}

function badLine(line: Line, expected: string): InsightFaceError {
  return new InsightFaceError(
    'DATASET_INVALID',
    `Line ${line.number} of the pairs file should be ${expected}, but is: ${line.text.slice(0, 120)}`,
  );
}
