// The files of a run, by name.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InsightFaceError } from 'insightface-ts';

/** What the name of a checkpoint begins with while it is being written. */
export const unfinished = '.writing-';

/** Where the parts of a run lie. */
export interface RunPaths {
  readonly experiment: string;
  readonly metrics: string;
  readonly checkpoints: string;
  readonly events: string;
  readonly report: string;
}

export function runPaths(out: string): RunPaths {
  return {
    experiment: join(out, 'experiment.json'),
    metrics: join(out, 'metrics.jsonl'),
    checkpoints: join(out, 'checkpoints'),
    events: join(out, 'events'),
    report: join(out, 'report.html'),
  };
}

/** A checkpoint of a run, by the name of its folder: `step-000000400` or `best-000000400`. */
export interface CheckpointName {
  readonly kind: 'step' | 'best';
  readonly step: number;
  readonly folder: string;
}

/** The whole checkpoints of a run, the oldest first. */
export function listCheckpoints(out: string): CheckpointName[] {
  const { checkpoints } = runPaths(out);
  if (!existsSync(checkpoints)) return [];
  return readdirSync(checkpoints)
    .flatMap((name): CheckpointName[] => {
      const [, kind, step] = /^(step|best)-(\d+)$/.exec(name) ?? [];
      if (kind !== 'step' && kind !== 'best') return [];
      return [{ kind, step: Number(step), folder: join(checkpoints, name) }];
    })
    .sort((a, b) => a.step - b.step);
}

export function newestCheckpoint(out: string): CheckpointName | undefined {
  return listCheckpoints(out).findLast(({ kind }) => kind === 'step');
}

/**
 * Makes the folder of a run.
 * @throws InsightFaceError `INVALID_ARGUMENT` when a run lies there and is not to be resumed; `WRITE_FAILED`.
 */
export function openRunFolder(out: string, resume: boolean): RunPaths {
  const paths = runPaths(out);
  if (existsSync(paths.experiment) && !resume)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `${out} holds a run already. Continue it with --resume, or choose another folder with --out.`,
    );
  try {
    mkdirSync(paths.checkpoints, { recursive: true });
    // What a killed run was writing.
    for (const name of readdirSync(paths.checkpoints))
      if (name.startsWith(unfinished)) rmSync(join(paths.checkpoints, name), { recursive: true });
  } catch (cause) {
    throw new InsightFaceError('WRITE_FAILED', `The folder ${out} could not be made. Check its path.`, {
      cause,
    });
  }
  return paths;
}

/** Deletes checkpoints of steps that a run which goes on from an earlier one has still to take. */
export function dropLaterCheckpoints(out: string, lastStep: number): void {
  for (const { step, folder } of listCheckpoints(out))
    if (step > lastStep) rmSync(folder, { recursive: true });
}

/** The one that was best on the first evaluation set, or else the newest. */
export function bestCheckpoint(out: string): CheckpointName | undefined {
  return listCheckpoints(out).findLast(({ kind }) => kind === 'best') ?? newestCheckpoint(out);
}
