// RUN/metrics.jsonl: one JSON object a line, appended while the run goes on.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { files } from '@insightface-ts/torch';
import { InsightFaceError } from 'insightface-ts';

/** What one verification set said. */
export interface EvaluationFigures {
  readonly name: string;
  /** Mean over the folds, 0 to 1. */
  readonly accuracy: number;
  readonly std: number;
  /** Area under the ROC curve; null when the pairs are all of one kind. */
  readonly auc: number | null;
}

/** One line. `eval` is there where a set was evaluated after the step. */
export interface MetricsLine {
  /** Optimiser steps done. */
  readonly step: number;
  /** Passes over the data done, with fraction. */
  readonly epoch: number;
  /** Mean since the line before. */
  readonly loss: number;
  readonly lr: number;
  readonly imagesPerSecond: number;
  /** Wall time of training, over all resumptions. */
  readonly seconds: number;
  readonly eval?: EvaluationFigures;
}

/** Appends a line. @throws InsightFaceError `WRITE_FAILED`. */
export function appendMetrics(file: string, line: MetricsLine): void {
  try {
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  } catch (cause) {
    throw new InsightFaceError('WRITE_FAILED', `${file} could not be written. Is the disk full?`, { cause });
  }
}

/** Every whole line; a last line that a crash cut short is passed over. Empty when there is no file. */
export function readMetrics(file: string): MetricsLine[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as MetricsLine);
}

/** Drops what a run wrote after the checkpoint that it resumes from, so that no step stands twice. */
export async function trimMetrics(file: string, lastStep: number): Promise<void> {
  if (!existsSync(file)) return;
  const lines = readMetrics(file).filter(line => line.step <= lastStep);
  const text = lines.map(line => `${JSON.stringify(line)}\n`).join('');
  await files.writeAtomically(file, [Buffer.from(text)]);
}
