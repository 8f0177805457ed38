// What somebody with the folder of an audit log, but without its key, may do to it; and whether that is found.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuditLog, verifyAudit } from '@insightface-ts/audit';

/** Kinds of damage. */
export const damages = [
  'flip a bit',
  'flip a bit of HEAD',
  'delete a record',
  'insert a copy of a record',
  'insert a forged record',
  'swap two records',
  'swap two neighbours',
  'cut at a record',
  'cut at a byte',
  'delete a segment',
  'change a record and make all hashes anew',
] as const;
export type Damage = (typeof damages)[number];

export interface DamageResult {
  readonly trials: number;
  readonly found: number;
  /** Found at the very record; of those whose place is known before. */
  readonly located: number;
  readonly placed: number;
  /** What was not found, or found elsewhere. */
  readonly failures: readonly string[];
  readonly byDamage: Readonly<Record<string, number>>;
}

type Files = Map<string, Buffer>;
type Random = () => number;

/** Where a fault must be reported: at that record, or (a forger who made hashes anew) at a signature from there on. */
interface Spoiled {
  readonly files: Files;
  readonly seq?: number;
  readonly from?: number;
}

/** A log with so many records in segments of a quarter of that, closed. */
export async function makeLog(folder: string, records: number, anchor: string): Promise<void> {
  const options = {
    anchor,
    segmentRecords: Math.ceil(records / 4),
    checkpointRecords: Math.ceil(records / 20),
  };
  const log = await AuditLog.open(folder, options);
  const batch = Math.ceil(records / 100);
  for (let made = 0; log.head().seq < records - 1; )
    await Promise.all(
      Array.from({ length: Math.min(batch, records - 1 - log.head().seq) }, () => {
        const score = Math.round(Math.sin(++made) * 1e4) / 1e4;
        return log.append({
          action: made % 3 === 0 ? 'verify' : 'identify',
          actor: `key-${made % 7}`,
          tenant: 'default',
          subject: `ref_${made.toString(16).padStart(32, '0')}`,
          model: 'example',
          threshold: 0.35,
          score,
          outcome: score >= 0.35 ? 'accepted' : 'rejected',
          requestId: `request-${made}`,
          details: { faces: made % 4, note: made % 5 === 0 ? '非 ASCII "quoted"' : 'plain' },
        });
      }),
    );
  await log.close();
}

/** Damages a log `trials` times, each time from whole, and verifies with its public key (and not its anchor). */
export async function damageTrials(folder: string, trials: number, random: Random): Promise<DamageResult> {
  const whole = readFiles(folder);
  const publicKey = join(folder, 'public-key.pem');
  const failures: string[] = [];
  const byDamage: Record<string, number> = {};
  let [found, located, placed] = [0, 0, 0];
  for (let trial = 0; trial < trials; trial++) {
    const damage = damages[trial % damages.length] as Damage;
    const { files, seq, from } = spoil(whole, damage, random);
    writeFiles(folder, whole, files);
    const result = await verifyAudit(folder, { publicKey });
    writeFiles(folder, files, whole);
    if (!result.ok) {
      found++;
      byDamage[damage] = (byDamage[damage] ?? 0) + 1;
    } else failures.push(`${damage} ${seq ?? ''}: not found`);
    if (seq === undefined && from === undefined) continue;
    placed++;
    if (!result.ok && (result.seq === seq || (from !== undefined && result.seq >= from))) located++;
    else if (!result.ok)
      failures.push(`${damage} at ${seq ?? from}: found at ${result.seq} (${result.reason})`);
  }
  const last = await verifyAudit(folder, { publicKey });
  if (!last.ok) failures.push(`the log that was put back is not whole: ${last.message}`);
  return { trials, found, located, placed, failures, byDamage };
}

function spoil(whole: Files, damage: Damage, random: Random): Spoiled {
  const below = (limit: number) => Math.floor(random() * limit);
  const names = [...whole.keys()].filter(name => name.endsWith('.jsonl')).sort();
  if (damage === 'flip a bit of HEAD') {
    const head = Buffer.from(whole.get('HEAD')!);
    const at = below(head.length);
    head[at] = head[at]! ^ (1 << below(8));
    return { files: new Map(whole).set('HEAD', head) };
  }
  const name = names[below(names.length)]!;
  const bytes = Buffer.from(whole.get(name)!);
  const lines = linesOf(bytes);
  const first = firstSeq(bytes);
  const at = below(lines.length);
  const withLines = (changed: readonly string[]) => new Map(whole).set(name, joined(changed));
  switch (damage) {
    case 'flip a bit': {
      const place = below(bytes.length);
      bytes[place] = bytes[place]! ^ (1 << below(8));
      const seq = first + linesOf(whole.get(name)!.subarray(0, place + 1)).length - 1;
      return { files: new Map(whole).set(name, bytes), seq };
    }
    case 'delete a record':
      return { files: withLines(lines.toSpliced(at, 1)), seq: first + at };
    case 'insert a copy of a record':
      return {
        files: withLines(lines.toSpliced(at, 0, lines[below(lines.length)]!)),
        ...placeOf(lines, at, first),
      };
    case 'insert a forged record':
      return { files: withLines(lines.toSpliced(at, 0, forged(lines[at]!))), from: first + at };
    case 'swap two neighbours':
    case 'swap two records': {
      const one = Math.min(at, lines.length - 2);
      const other = damage === 'swap two neighbours' ? one + 1 : one + 1 + below(lines.length - one - 1);
      const changed = lines.with(one, lines[other]!).with(other, lines[one]!);
      return { files: withLines(changed), seq: first + one };
    }
    case 'cut at a record':
      return { files: cutAfter(whole, names, name, joined(lines.slice(0, at))), seq: first + at };
    case 'cut at a byte':
      return { files: cutAfter(whole, names, name, bytes.subarray(0, below(bytes.length))) };
    case 'delete a segment': {
      const files = new Map(whole);
      files.delete(name);
      return { files, seq: first };
    }
    case 'change a record and make all hashes anew':
      return { files: rehashed(whole, names, name, at), from: first + at };
  }
}

/** A copy put before itself stands where it belongs; the second one is too many. */
function placeOf(lines: readonly string[], at: number, first: number): { from: number } {
  return { from: first + Math.min(at, lines.length - 1) };
}

/** A record of the same number with another outcome and a hash that is right. */
function forged(line: string): string {
  return chained(
    line.replace(/"outcome":"\w+"/, '"outcome":"denied"'),
    /"previous":"(\w+)"/.exec(line)?.[1] ?? '',
  );
}

/** What a forger without the key can do: each hash from the changed record on, and those in HEAD, made anew. */
function rehashed(whole: Files, names: readonly string[], name: string, at: number): Files {
  const files = new Map(whole);
  let previous = '';
  for (const file of names.slice(names.indexOf(name))) {
    const lines = linesOf(files.get(file)!).map((line, index) => {
      const begins = file === name && index === at;
      if (begins) previous = /"previous":"(\w+)"/.exec(line)?.[1] ?? '';
      if (previous === '') return line;
      const made = chained(begins ? line.replace('"actor":"', '"actor":"x') : line, previous);
      previous = /"hash":"(\w+)"/.exec(made)?.[1] ?? '';
      return made;
    });
    files.set(file, joined(lines));
  }
  const head = JSON.parse(files.get('HEAD')!.toString()) as Record<string, unknown>;
  const size = files.get(names.at(-1)!)!.length;
  const text = JSON.stringify({ ...head, bytes: size, hash: previous });
  return files.set('HEAD', Buffer.from(`${text.padEnd(511)}\n`));
}

function chained(line: string, previous: string): string {
  const end = line.lastIndexOf(',"previous":"');
  const body = `${line.slice(0, end)}}`;
  const hash = createHash('sha256')
    .update(previous + body)
    .digest('hex');
  const signature = /,"signature":"[^"]+"\}$/.exec(line)?.[0] ?? '}';
  return `${body.slice(0, -1)},"previous":"${previous}","hash":"${hash}"${signature}`;
}

function cutAfter(whole: Files, names: readonly string[], name: string, bytes: Buffer): Files {
  const files = new Map(whole).set(name, bytes);
  for (const later of names.slice(names.indexOf(name) + 1)) files.delete(later);
  return files;
}

function firstSeq(bytes: Buffer): number {
  return (JSON.parse(linesOf(bytes)[0]!) as { seq: number }).seq;
}

/** Lines without their ends; a last one that is broken off counts. */
function linesOf(bytes: Buffer): string[] {
  const lines = bytes.toString().split('\n');
  return lines.at(-1) === '' && bytes.length > 0 && bytes.at(-1) === 0x0a ? lines.slice(0, -1) : lines;
}

function joined(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map(line => `${line}\n`).join(''));
}

function readFiles(folder: string): Files {
  return new Map(readdirSync(folder).map(name => [name, readFileSync(join(folder, name))]));
}

/** Writes what is not the same. */
function writeFiles(folder: string, from: Files, to: Files): void {
  for (const name of from.keys()) if (!to.has(name)) rmSync(join(folder, name));
  for (const [name, bytes] of to) if (from.get(name) !== bytes) writeFileSync(join(folder, name), bytes);
}
