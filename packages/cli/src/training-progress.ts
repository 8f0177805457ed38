// How training goes, on standard error: one moving line for a person, a line now and then for a log file.
import type { TrainProgress } from '@insightface-ts/train';

const LINE_SECONDS = 30;
const WIDTH = 20;

/** Shows progress of a run. */
export class TrainingProgress {
  readonly #isLive = process.stderr.isTTY === true;
  #drawn = Number.NEGATIVE_INFINITY;

  update(progress: TrainProgress): void {
    const now = performance.now();
    if (now - this.#drawn < (this.#isLive ? 200 : LINE_SECONDS * 1000)) return;
    this.#drawn = now;
    process.stderr.write(this.#isLive ? `\r\x1b[2K${describe(progress)}` : `${describe(progress)}\n`);
  }

  /** Wipes the moving line. */
  end(): void {
    if (this.#isLive) process.stderr.write('\r\x1b[2K');
  }
}

function describe({
  step,
  steps,
  epoch,
  loss,
  lr,
  imagesPerSecond,
  secondsLeft,
  share,
}: TrainProgress): string {
  const full = Math.round(share * WIDTH);
  const bar = `[${'='.repeat(full)}${' '.repeat(WIDTH - full)}]`;
  const count = steps === undefined ? `step ${step}` : `step ${step}/${steps}`;
  return [
    `${bar} ${count}`,
    `epoch ${epoch.toFixed(2)}`,
    `loss ${loss.toFixed(4)}`,
    `lr ${Number(lr.toPrecision(3))}`,
    `${imagesPerSecond.toFixed(1)} images/s`,
    `${duration(secondsLeft)} left`,
  ].join('  ');
}

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}
