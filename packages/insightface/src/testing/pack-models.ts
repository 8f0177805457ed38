// Models of the built-in packs and of the test material, opened one by one. For tests only.
import { readFileSync } from 'node:fs';
import { openSession } from '../runtime/open.js';
import type { Session } from '../runtime/session.js';
import { loadPack } from '../zoo/index.js';
import type { InputSpec, ModelSpec, Task } from '../zoo/manifest.js';
import { fakeSpec } from './fake-session.js';
import { sharedPath } from './shared-data.js';

export interface OpenModel {
  readonly spec: ModelSpec;
  readonly sessions: ReadonlyMap<string, Session>;
}

/** The first model of a task in a pack, fetched where needed; no detector is loaded beside it. */
export async function packModel(pack: string, task: Task): Promise<OpenModel> {
  const { models } = await loadPack(pack, { tasks: [task], onNotice: () => undefined });
  const model = models.find(({ spec }) => spec.task === task);
  if (!model) throw new Error(`The pack ${pack} has no model for ${task}.`);
  const sessions = new Map<string, Session>();
  for (const [role, bytes] of model.files) sessions.set(role, await openSession(bytes));
  return { spec: model.spec, sessions };
}

/** A model file of the test material. */
export async function sharedModel(
  file: string,
  task: Task,
  family: string,
  input: InputSpec,
): Promise<OpenModel> {
  const session = await openSession(readFileSync(sharedPath(`weights/${file}`)));
  return { spec: fakeSpec(task, family, input), sessions: new Map([['model', session]]) };
}
