// What a rank prints, line by line with its number before it, and the last of it for the report of its failure.
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

const KEPT_LINES = 40;

/** Copies the lines of a rank's output, prefixed `[rank] `. */
export function prefixLines(source: Readable, target: Writable, rank: number, seen?: (line: string) => void) {
  createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY }).on('line', line => {
    target.write(`[${rank}] ${line}\n`);
    seen?.(line);
  });
}

/** The last lines of a rank's error output. */
export class LastWords {
  readonly #lines: string[] = [];

  add(line: string): void {
    if (line.trim() === '') return;
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
  }

  /** The last line that names an error, as Node or the command line prints it; '' when there is none. */
  get error(): string {
    return (
      this.#lines.findLast(line => /^(\w*Error|[A-Z_]{4,})\b.*: |\[[A-Z_]{4,}\]$/.test(line)) ?? ''
    ).trim();
  }

  /** The last line; '' when nothing was said. */
  get last(): string {
    return (this.#lines.at(-1) ?? '').trim();
  }

  /** Whether it complained of a lost peer: then it is not the cause. */
  get blamesPeer(): boolean {
    return this.#lines.some(line => /RANK_FAILED|connection (closed|reset) by peer/i.test(line));
  }
}
