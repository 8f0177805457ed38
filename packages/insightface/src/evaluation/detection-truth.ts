// Files that say where the faces are. The format is told from the content:
// - text, one face a line: `image x1 y1 x2 y2` and optionally five points `x y` (left eye, right eye, nose, left and right
//   mouth corner, as the image shows them); fields by blanks, commas, semicolons or tabs; `#` and a CSV header are passed
//   over; a line with an image alone has no face. Names may hold blanks.
// - JSON: `[{"image": .., "faces": [{"bbox": [x1,y1,x2,y2], "kps": [[x,y] x 5]?, "ignore": true?}]}]`, or one such object a
//   line, which is what `insightface analyze --json` prints.
// - dlib's XML: `<image file><box top left width height ignore='1'?><part name x y/>`; 68 points become five.
// - WIDER FACE: image, number of faces, then `x y width height` and its six marks (invalid faces are ignored).
import { InsightFaceError } from '../errors.js';
import type { Box, FivePoints, Point } from '../geometry.js';
import { splitFields } from './csv.js';

/** One true face. */
export interface TrueFace {
  readonly bbox: Box;
  readonly kps?: FivePoints;
  /** Neither finding nor missing this face counts: too small, hidden, or doubtful. */
  readonly ignore?: boolean;
}

/** The true faces of one image; none is an answer too. */
export interface DetectionTruth {
  readonly image: string;
  readonly faces: readonly TrueFace[];
}

/**
 * Reads a truth file of any format above. Images come in order of first appearance, each once.
 * @throws InsightFaceError `DATASET_INVALID`, with the line's number where there is one.
 */
export function parseDetectionTruth(text: string): DetectionTruth[] {
  const content = text.replace(/^\uFEFF/, '').trim();
  const collected = new Map<string, TrueFace[]>();
  const add = (image: string, face?: TrueFace) => {
    const list = collected.get(image) ?? [];
    if (face) list.push(face);
    collected.set(image, list);
  };
  if (content.startsWith('<')) parseDlib(content, add);
  else if (content.startsWith('[') || content.startsWith('{')) parseJson(content, add);
  else if (/^[^\n]*\n\s*\d+\s*(\n|$)/.test(content)) parseWider(content, add);
  else parseLines(content, add);
  if (collected.size === 0) throw invalid('it names no image');
  return [...collected].map(([image, faces]) => ({ image, faces }));
}

/** Notes an image, and one of its faces. */
type Add = (image: string, face?: TrueFace) => void;

function parseLines(content: string, add: Add): void {
  for (const [i, raw] of content.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (
      line === '' ||
      line.startsWith('#') ||
      (i === 0 && /^"?(image|file|path|name)"?\s*[,;\t]/i.test(line))
    )
      continue;
    const fields = /[,;\t]/.test(line) ? splitFields(line) : line.split(/\s+/);
    let numbers = 0;
    while (numbers < fields.length - 1 && isNumber(fields.at(-1 - numbers)!)) numbers++;
    if (numbers !== 0 && numbers !== 4 && numbers !== 14)
      throw invalid(`a face has 4 or 14 numbers, not ${numbers}`, i + 1);
    const image = fields.slice(0, fields.length - numbers).join(' ');
    if (numbers === 0) add(image);
    else add(image, faceOf(fields.slice(-numbers).map(Number), i + 1));
  }
}

function faceOf(numbers: readonly number[], line: number): TrueFace {
  const [x1, y1, x2, y2, ...points] = numbers;
  const bbox = boxOf([x1, y1, x2, y2], line);
  if (points.length === 0) return { bbox };
  return { bbox, kps: fivePoints(pairsOf(points)) };
}

function parseJson(content: string, add: Add): void {
  let items: unknown;
  try {
    items = JSON.parse(content);
  } catch {
    items = content
      .split(/\r?\n/)
      .filter(line => line.trim() !== '')
      .map((line, i) => jsonLine(line, i + 1));
  }
  const images = isRecord(items) && Array.isArray(items['images']) ? items['images'] : items;
  for (const item of Array.isArray(images) ? images : [images]) {
    if (!isRecord(item) || typeof item['image'] !== 'string' || !Array.isArray(item['faces']))
      throw invalid('every object needs "image" (text) and "faces" (a list)');
    add(item['image']);
    for (const face of item['faces']) add(item['image'], jsonFace(face));
  }
}

function jsonLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new InsightFaceError('DATASET_INVALID', `Line ${number} of the truth file is not JSON.`, { cause });
  }
}

function jsonFace(face: unknown): TrueFace {
  if (!isRecord(face) || !Array.isArray(face['bbox']))
    throw invalid('every face needs "bbox": [x1, y1, x2, y2]');
  const bbox = boxOf(face['bbox']);
  const ignore = face['ignore'] === true ? { ignore: true } : {};
  const points = face['kps'];
  if (points === undefined || points === null) return { bbox, ...ignore };
  if (!Array.isArray(points) || points.length !== 5) throw invalid('"kps" are five points [x, y]');
  return { bbox, kps: fivePoints(points.map(jsonPoint)), ...ignore };
}

function jsonPoint(point: unknown): Point {
  if (Array.isArray(point) && Number.isFinite(point[0]) && Number.isFinite(point[1]) && point.length === 2)
    return [Number(point[0]), Number(point[1])];
  throw invalid('"kps" are five points [x, y]');
}

function parseDlib(content: string, add: Add): void {
  let image: string | undefined;
  let box: { bbox: Box; ignore: boolean; parts: Map<number, Point> } | undefined;
  const finish = () => {
    if (!box || image === undefined) return;
    const kps = fromSixtyEight(box.parts);
    add(image, { bbox: box.bbox, ...(kps && { kps }), ...(box.ignore && { ignore: true }) });
    box = undefined;
  };
  for (const match of withoutComments(content).matchAll(/<(\/?)(image|box|part)\b([^<>]*)>/g)) {
    const [, closing, tag, rest] = match;
    if (closing) {
      if (tag === 'box') finish();
      continue;
    }
    if (rest!.length > 4096) throw invalid('a tag is far too long');
    const attributes = attributesOf(rest!);
    const number = (name: string) => (attributes.has(name) ? Number(attributes.get(name)) : Number.NaN);
    if (tag === 'image') {
      image = attributes.get('file');
      if (!image) throw invalid('an <image> has no file');
      add(image);
    } else if (tag === 'box') {
      if (image === undefined) throw invalid('a <box> stands outside an <image>');
      const [left, top] = [number('left'), number('top')];
      const bbox = boxOf([left, top, left + number('width'), top + number('height')]);
      box = { bbox, ignore: attributes.get('ignore') === '1', parts: new Map() };
      if (rest!.trimEnd().endsWith('/')) finish();
    } else box?.parts.set(number('name'), [number('x'), number('y')]);
  }
}

function withoutComments(xml: string): string {
  const kept: string[] = [];
  let at = 0;
  for (;;) {
    const from = xml.indexOf('<!--', at);
    const to = from < 0 ? -1 : xml.indexOf('-->', from);
    if (to < 0) return kept.join('') + xml.slice(at);
    kept.push(xml.slice(at, from));
    at = to + 3;
  }
}

function attributesOf(text: string): Map<string, string> {
  const found = [...text.matchAll(/([\w-]+)\s*=\s*(?:'([^']*)'|"([^"]*)")/g)];
  return new Map(found.map(([, name, single, double]) => [name!, unescapeXml(single ?? double ?? '')]));
}

function unescapeXml(text: string): string {
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(\w+);/g, (whole, name: string) => names[name] ?? whole);
}

/** iBUG 300-W's 68 points: eyes are the means of their six contour points, then nose tip and mouth corners. */
function fromSixtyEight(parts: ReadonlyMap<number, Point>): FivePoints | undefined {
  const mean = (from: number, to: number): Point | undefined => {
    let [x, y] = [0, 0];
    for (let i = from; i <= to; i++) {
      const part = parts.get(i);
      if (!part || !Number.isFinite(part[0]) || !Number.isFinite(part[1])) return undefined;
      x += part[0] / (to - from + 1);
      y += part[1] / (to - from + 1);
    }
    return [x, y];
  };
  if (parts.size !== 68) return undefined;
  const points = [mean(36, 41), mean(42, 47), mean(30, 30), mean(48, 48), mean(54, 54)];
  return points.every(point => point !== undefined) ? fivePoints(points) : undefined;
}

function parseWider(content: string, add: Add): void {
  const lines = content.split(/\r?\n/).map(line => line.trim());
  for (let i = 0; i < lines.length; ) {
    const image = lines[i++]!;
    if (image === '') continue;
    const count = lines[i++] ?? '';
    if (!/^\d{1,7}$/.test(count)) throw invalid('after an image comes the number of its faces', i);
    add(image);
    // With no face WIDER FACE still has one line of zeros.
    if (Number(count) === 0 && /^0(\s+0)+$/.test(lines[i] ?? '')) i++;
    for (let face = 0; face < Number(count); face++) {
      const line = lines[i++];
      const numbers = (line ?? '').split(/\s+/).map(Number);
      const [x, y, width, height] = numbers;
      if (line === undefined || numbers.length < 4) throw invalid('a face is missing', i);
      // Some of its boxes are empty; they cannot be found, and its own evaluation passes over them.
      const bbox = boxOf([x, y, x! + width!, y! + height!], i);
      add(image, numbers[7] === 1 || !(width! > 0 && height! > 0) ? { bbox, ignore: true } : { bbox });
    }
  }
}

function boxOf(values: readonly unknown[], line?: number): Box {
  const [x1, y1, x2, y2] = values;
  if (
    values.length !== 4 ||
    typeof x1 !== 'number' ||
    typeof y1 !== 'number' ||
    typeof x2 !== 'number' ||
    typeof y2 !== 'number' ||
    !(Math.abs(x1) + Math.abs(y1) + Math.abs(x2) + Math.abs(y2) < 1e9 && x2 >= x1 && y2 >= y1)
  )
    throw invalid('a box is x1, y1, x2, y2 with x2 not left of x1 and y2 not above y1', line);
  return [x1, y1, x2, y2];
}

function pairsOf(numbers: readonly number[]): Point[] {
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i]!, numbers[2 * i + 1]!]);
}

function fivePoints(points: readonly Point[]): FivePoints {
  return [points[0]!, points[1]!, points[2]!, points[3]!, points[4]!];
}

function isNumber(field: string): boolean {
  return field.length < 40 && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(field);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(why: string, line?: number): InsightFaceError {
  const place = line === undefined ? 'The truth file' : `Line ${line} of the truth file`;
  return new InsightFaceError(
    'DATASET_INVALID',
    `${place} does not read: ${why}. See the manual for the formats.`,
  );
}
