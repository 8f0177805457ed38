import { type Static, Type } from 'typebox';
import type { Job } from '../jobs/jobs.js';

const states = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;

export const JobJson = Type.Object(
  {
    id: Type.String(),
    kind: Type.String(),
    state: Type.Enum([...states]),
    createdAt: Type.String(),
    progress: Type.Object({ done: Type.Integer(), total: Type.Integer() }, { description: 'Photos' }),
    result: Type.Optional(Type.Unknown()),
    error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
  },
  { $id: 'Job', title: 'Job' },
);

export function jobToJson({
  id,
  kind,
  state,
  createdAt,
  progress,
  result,
  error,
}: Job): Static<typeof JobJson> {
  return {
    id,
    kind,
    state,
    createdAt,
    progress,
    ...(result !== undefined && { result }),
    ...(error && { error: { code: error.code, message: error.message } }),
  };
}
