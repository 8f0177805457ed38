// One line of progress on standard error, so that standard output stays clean for results.

/** A progress bar that shows only where a person is looking. */
export class Progress {
  readonly #label: string;
  readonly #visible = process.stderr.isTTY === true;
  readonly #start = performance.now();
  #lastDraw = 0;

  constructor(label: string) {
    this.#label = label;
  }

  /** Draws at most ten times a second. `total` 0 means not known. */
  update(done: number, total: number, unit = ''): void {
    const now = performance.now();
    if (!this.#visible || (now - this.#lastDraw < 100 && done < total)) return;
    this.#lastDraw = now;
    const seconds = (now - this.#start) / 1000;
    const rate = seconds > 0 ? done / seconds : 0;
    const count = unit === 'bytes' ? `${megabytes(done)}/${megabytes(total)} MB` : `${done}/${total} ${unit}`;
    const left = rate > 0 && total > done ? ` ${formatSeconds((total - done) / rate)} left` : '';
    process.stderr.write(`\r\x1b[2K${this.#label} ${bar(total > 0 ? done / total : 0)} ${count}${left}`);
  }

  /** Wipes the line. */
  end(): void {
    if (this.#visible && this.#lastDraw > 0) process.stderr.write('\r\x1b[2K');
  }
}

function bar(fraction: number): string {
  const width = 24;
  const full = Math.round(Math.min(1, fraction) * width);
  return `[${'='.repeat(full)}${' '.repeat(width - full)}]`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
