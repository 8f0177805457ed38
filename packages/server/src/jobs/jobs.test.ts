import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { describeError } from '../errors/describe-error.js';
import { HttpError } from '../errors/http-error.js';
import { type Job, Jobs } from './jobs.js';

const ended = async (job: Job) => {
  while (['queued', 'running'].includes(job.state)) await sleep(5);
  return job;
};

describe('jobs', () => {
  it('run one after another, tell how far they are, and end with a result or a coded error', async () => {
    const jobs = new Jobs(describeError);
    const first = jobs.start('x', 'a', 'key', async ({ progress }) => {
      progress(1, 2);
      await sleep(20);
      return 7;
    });
    const second = jobs.start('x', 'a', 'key', () => Promise.reject(new HttpError('NO_FACE', 'None.')));
    await sleep(5);
    expect([first.state, first.progress, second.state]).toEqual(['running', { done: 1, total: 2 }, 'queued']);
    expect((await ended(first)).result).toBe(7);
    expect((await ended(second)).error).toMatchObject({ code: 'NO_FACE' });
    expect([first.state, second.state]).toEqual(['done', 'failed']);
    await jobs.close();
  });

  it('belong to a tenant, are stopped while they run or wait, and all of them when the server ends', async () => {
    const jobs = new Jobs(describeError);
    const untilStopped = ({ signal }: { signal: AbortSignal }) => sleep(60_000, undefined, { signal });
    const running = jobs.start('x', 'a', 'key', untilStopped);
    const waiting = jobs.start('x', 'a', 'key', untilStopped);
    const last = jobs.start('x', 'b', 'key', untilStopped);
    expect([jobs.get('b', running.id), jobs.cancel('b', running.id)]).toEqual([undefined, false]);
    expect(jobs.list('a')).toEqual([running, waiting]);
    jobs.cancel('a', waiting.id);
    jobs.cancel('a', running.id);
    await ended(running);
    expect([running.state, waiting.state]).toEqual(['cancelled', 'cancelled']);
    jobs.cancel('a', running.id);
    expect(jobs.list('a')).toEqual([waiting]);
    await jobs.close();
    expect(last.state).toBe('cancelled');
  });
});
