// Kills processes that write to one gallery, and looks for what they had said was safe.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openGallery, type Person } from '@insightface-ts/gallery';
import { durabilityModel, embeddingsOf, metadataOf } from './durability-people.js';

export interface DurabilityResult {
  kills: number;
  /** Enrolments that were acknowledged. */
  enrolled: number;
  /** Removals that were acknowledged. */
  removed: number;
  /** Acknowledged people who are not there, or removed ones who are. */
  lost: string[];
  /** People who are there in part, or records that contradict each other. */
  half: string[];
  /** Writers that did not go on within 10 s after another was killed. */
  stuck: number;
}

interface Writer {
  readonly process: ChildProcess;
  readonly lines: string[];
}

/**
 * Each round starts two writers, kills one at a random moment, makes sure that the other goes on, kills it as well,
 * opens the gallery and compares. `command` starts a writer when folder and prefix are appended.
 */
export async function killWriters(
  folder: string,
  rounds: number,
  command: readonly [string, ...string[]],
  random: () => number,
  onRound?: (round: number) => void,
): Promise<DurabilityResult> {
  const result: DurabilityResult = { kills: 0, enrolled: 0, removed: 0, lost: [], half: [], stuck: 0 };
  const lines: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const [first, second] = [
      startWriter(folder, `${round}a`, command),
      startWriter(folder, `${round}b`, command),
    ];
    try {
      await Promise.all([saysMore(first), saysMore(second)]);
      await sleep(random() * 150);
      await kill(first);
      if (!(await saysMore(second))) result.stuck++;
      await sleep(random() * 50);
    } finally {
      await kill(first);
      await kill(second);
    }
    result.kills += 2;
    const news = [...first.lines, ...second.lines];
    lines.push(...news);
    const last = round === rounds - 1;
    await compare(folder, last ? lines : news, last ? '' : `${round}`, result);
    onRound?.(round);
  }
  result.enrolled = lines.filter(line => line.startsWith('+')).length;
  result.removed = lines.filter(line => line.startsWith('-')).length;
  return result;
}

function startWriter(
  folder: string,
  prefix: string,
  [program, ...parameters]: readonly [string, ...string[]],
): Writer {
  const child = spawn(program, [...parameters, folder, prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', line => lines.push(line));
  return { process: child, lines };
}

/** Waits for a new acknowledgement; false after 10 s without one. */
async function saysMore({ process, lines }: Writer): Promise<boolean> {
  const before = lines.length;
  for (let wait = 0; wait < 2000; wait++) {
    if (lines.length > before) return true;
    if (process.exitCode !== null) throw new Error(`A writer ended by itself with code ${process.exitCode}.`);
    await sleep(5);
  }
  return false;
}

async function kill({ process }: Writer): Promise<void> {
  if (process.signalCode !== null || process.exitCode !== null) return;
  const closed = once(process, 'close');
  process.kill('SIGKILL');
  await closed;
}

/** Compares what was said with what is there; looks closely at everybody whose name begins with `prefix`. */
async function compare(
  folder: string,
  lines: readonly string[],
  prefix: string,
  result: DurabilityResult,
): Promise<void> {
  const gallery = await openGallery(folder, { model: durabilityModel });
  try {
    await gallery.check();
    const said = new Set(lines);
    for (const line of lines) {
      const name = line.slice(1);
      const person = await gallery.get(name);
      if (line.startsWith('-') && person) result.lost.push(`${name} is back`);
      if (line.startsWith('+') && !person && !said.has(`?${name}`)) result.lost.push(name);
    }
    for await (const { name } of gallery.list()) {
      if (!name.startsWith(prefix)) continue;
      const fault = faultOf(await gallery.get(name));
      if (fault) result.half.push(`${name}: ${fault}`);
    }
  } catch (error) {
    result.half.push(String(error));
  } finally {
    await gallery.close();
  }
}

/** What is wrong with a person, acknowledged or not: whoever is there must be there whole. */
function faultOf(person: Person | undefined): string | undefined {
  if (!person) return 'listed but not there';
  const embeddings = embeddingsOf(person.name);
  if (person.templates.length !== embeddings.length) return `${person.templates.length} templates`;
  if (person.metadata?.['of'] !== metadataOf(person.name).of) return 'other metadata';
  for (const [index, embedding] of embeddings.entries()) {
    const stored = person.templates[index]?.embedding;
    const scale = Math.hypot(...embedding);
    if (!stored || embedding.some((value, at) => Math.abs(value / scale - (stored[at] ?? 2)) > 1e-6))
      return `template ${index} differs`;
  }
  return undefined;
}
