import { session } from './session.svelte.js';
import type { JobJson } from './shapes.js';

const pause = 700;

/** Asks for a job until it is over, or `isWanted` says no; `onchange` is told of each state on the way. */
export async function followJob(
  id: string,
  isWanted: () => boolean,
  onchange: (job: JobJson) => void,
): Promise<JobJson | undefined> {
  while (isWanted()) {
    const job = await session.client.request('GET /v1/jobs/{id}', { path: { id } });
    onchange(job);
    if (job.state !== 'queued' && job.state !== 'running') return job;
    await new Promise(resolve => setTimeout(resolve, pause));
  }
  return undefined;
}
