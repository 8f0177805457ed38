// One analysed image on standard output: as a JSON line, as CSV, or as text for people.
import type { Face } from 'insightface-ts';
import { errorToJson, faceToJson } from './face-json.js';
import { reportFailure } from './report-error.js';
import { formatTable } from './table.js';
import { print, visible } from './terminal.js';

/** A person whom a face may be. */
export interface MatchJson {
  readonly name: string;
  readonly similarity: number;
  /** Absent where the recogniser was never calibrated. */
  readonly confidence?: number;
}

type NamedFace = Face & { readonly matches?: readonly MatchJson[] };

type ImageResult =
  | {
      readonly input: string;
      readonly width: number;
      readonly height: number;
      readonly faces: readonly NamedFace[];
    }
  | { readonly input: string; readonly error: Error };

export interface WriterOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly embedding?: boolean;
}

/** Returns a function that prints one image. */
export function createWriter(options: WriterOptions): (result: ImageResult) => void {
  if (options.json) return result => print(JSON.stringify(resultToJson(result, options)));
  if (options.csv) {
    print(csvHead.join(','));
    return result => {
      for (const row of csvRows(result)) print(row.map(csvCell).join(','));
    };
  }
  return printPlain;
}

function resultToJson(result: ImageResult, options: WriterOptions) {
  if ('error' in result) return { image: result.input, error: errorToJson(result.error) };
  return {
    image: result.input,
    width: result.width,
    height: result.height,
    faces: result.faces.map(face => ({
      ...faceToJson(face, options),
      ...(face.matches && { matches: face.matches }),
    })),
  };
}

const csvHead = [
  ...[
    'image',
    'face',
    'x1',
    'y1',
    'x2',
    'y2',
    'detScore',
    'gender',
    'age',
    'pitch',
    'yaw',
    'roll',
    'quality',
  ],
  ...['name', 'similarity', 'error'],
];

function csvRows(result: ImageResult): string[][] {
  if ('error' in result)
    return [[result.input, ...Array<string>(csvHead.length - 2).fill(''), result.error.message]];
  return result.faces.map((face, index) => [
    result.input,
    String(index),
    ...face.bbox.map(value => value.toFixed(1)),
    face.detScore.toFixed(4),
    face.gender ?? '',
    face.age?.toFixed(1) ?? '',
    ...[face.pose.pitch, face.pose.yaw, face.pose.roll].map(angle => angle.toFixed(1)),
    face.quality.toFixed(3),
    face.matches?.[0]?.name ?? '',
    face.matches?.[0]?.similarity.toFixed(4) ?? '',
    '',
  ]);
}

function csvCell(text: string): string {
  // A leading = + - @ would run as a formula in a spreadsheet; numbers are left alone.
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function printPlain(result: ImageResult): void {
  if ('error' in result) {
    reportFailure(result.input, errorToJson(result.error));
    return;
  }
  const { faces } = result;
  const count = faces.length === 1 ? '1 face' : `${faces.length} faces`;
  print(`${visible(result.input)}  ${result.width}x${result.height}  ${count}`);
  if (faces.length === 0) return;
  const named = faces.some(face => face.matches);
  const table = formatTable([
    ['#', 'box', 'score', 'sex', 'age', 'pitch', 'yaw', 'roll', 'quality', ...(named ? ['who'] : [])],
    ...faces.map((face, index) => [
      String(index + 1),
      face.bbox.map(value => value.toFixed(0)).join(' '),
      face.detScore.toFixed(2),
      face.gender ?? '',
      face.age?.toFixed(0) ?? '',
      ...[face.pose.pitch, face.pose.yaw, face.pose.roll].map(angle => angle.toFixed(0)),
      face.quality.toFixed(2),
      ...(named ? [describeMatch(face.matches?.[0])] : []),
    ]),
  ]);
  print(table.replace(/^/gm, '  '));
}

function describeMatch(match: MatchJson | undefined): string {
  if (!match) return 'unknown';
  const sure = match.confidence === undefined ? '' : `, ${describeConfidence(match.confidence)} sure`;
  return `${match.name} (${match.similarity.toFixed(3)}${sure})`;
}

/** Nothing is 100.0 % sure. */
function describeConfidence(confidence: number): string {
  return confidence > 0.999 ? 'over 99.9 %' : `${(confidence * 100).toFixed(1)} %`;
}
