// Which models of a pack are wanted.
import { InsightFaceError } from '../errors.js';
import type { ModelSpec, PackManifest, Task } from './manifest.js';

/** What is loaded of a pack. */
export interface ChosenTasks {
  /** Only models of these tasks. Default: all that the pack does not mark optional. */
  readonly tasks?: readonly Task[];
  /** Tasks whose optional models are wanted as well. */
  readonly include?: readonly Task[];
}

/**
 * The models of a pack that are loaded.
 * @throws InsightFaceError `INVALID_ARGUMENT` when `include` names a task the pack lacks, `PACK_INVALID` when no detector
 * is left.
 */
export function chooseModels(manifest: PackManifest, { tasks, include = [] }: ChosenTasks): ModelSpec[] {
  for (const task of include)
    if (!manifest.models.some(model => model.task === task))
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `The pack ${manifest.name} has no model for ${task}. It has ${[...new Set(manifest.models.map(model => model.task))].join(', ')}.`,
      );
  const isDefault = (task: Task) => manifest.models.some(model => model.task === task && !model.optional);
  const chosen = manifest.models.filter(({ task, optional }) => {
    if (include.includes(task)) return true;
    if (tasks) return tasks.includes(task) && (!optional || !isDefault(task));
    return !optional;
  });
  if ((!tasks || tasks.includes('detection')) && !chosen.some(({ task }) => task === 'detection'))
    throw new InsightFaceError(
      'PACK_INVALID',
      `The pack ${manifest.name} has no detector, and faces cannot be found without one.`,
    );
  return chosen;
}
