// What a run tells the world: metrics, TensorBoard events and the report. Only rank 0 writes.
import { writeFileSync } from 'node:fs';
import type { Experiment } from './experiment.js';
import { appendMetrics, type EvaluationFigures, type MetricsLine, readMetrics } from './metrics.js';
import { type RunPaths, runPaths } from './run-folder.js';
import { runReport } from './run-report.js';
import { EventWriter } from './tensorboard.js';

/** The report is written anew at most this often. */
const REPORT_SECONDS = 20;

/** Writes a run's records. */
export class RunLog {
  readonly #experiment: Experiment;
  readonly #paths: RunPaths;
  readonly #events: EventWriter;
  #reported = 0;

  constructor(experiment: Experiment, out: string) {
    this.#experiment = experiment;
    this.#paths = runPaths(out);
    this.#events = new EventWriter(this.#paths.events);
  }

  /** A line of metrics. @throws InsightFaceError `WRITE_FAILED`. */
  add(line: MetricsLine): void {
    appendMetrics(this.#paths.metrics, line);
    const { step, loss, lr, imagesPerSecond, eval: figures } = line;
    this.#events.scalars(step, { loss, lr, imagesPerSecond, ...(figures && scalarsOf(figures)) });
    if (figures || performance.now() - this.#reported > REPORT_SECONDS * 1000) this.report();
  }

  /** All of the run's lines. */
  lines(): MetricsLine[] {
    return readMetrics(this.#paths.metrics);
  }

  /** What the sets said at a step. */
  evaluationsAt(step: number): EvaluationFigures[] {
    return this.lines().flatMap(line => (line.step === step && line.eval ? [line.eval] : []));
  }

  /** RUN/report.html as of now. */
  report(): void {
    this.#reported = performance.now();
    writeFileSync(this.#paths.report, runReport(this.#experiment, this.lines()));
  }
}

function scalarsOf({ name, accuracy, auc }: EvaluationFigures): Record<string, number> {
  return { [`${name}/accuracy`]: accuracy, ...(auc !== null && { [`${name}/auc`]: auc }) };
}
