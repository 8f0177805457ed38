import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { sharedPath } from '../testing/shared-data.js';
import { createSession } from './node.js';
import { openSession } from './open.js';
import type { Session, Tensor } from './session.js';

const weights = sharedPath('weights');
const files = readdirSync(weights).filter(name => name.endsWith('.onnx'));
const opened: Session[] = [];

afterEach(async () => {
  for (const session of opened.splice(0)) await session.dispose();
});

async function track(session: Promise<Session>): Promise<Session> {
  opened.push(await session);
  return session;
}

/** Numbers in the range of pixels that were normalised; free sides are 320. */
function picture({ inputs: [input] }: Session, batch = 1): Tensor {
  const dims = (input?.dims ?? []).map((size, axis) =>
    axis === 0 ? batch : typeof size === 'number' && size > 0 ? size : 320,
  );
  const length = dims.reduce((product, size) => product * size, 1);
  return {
    dims,
    data: Float32Array.from({ length }, (_, index) => Math.sin(index * 0.37) + Math.sin(index * 0.0013)),
  };
}

async function answers(session: Session, data: Tensor): Promise<Record<string, Tensor>> {
  return session.run({ [session.inputs[0]?.name ?? '']: data });
}

function largest(data: Float32Array): number {
  return data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

describe('openSession', () => {
  it.each(files)('rewrites %s so that its outputs stay equal to 1e-5', async name => {
    const bytes = readFileSync(join(weights, name));
    const plain = await track(createSession(bytes));
    const rewritten = await track(openSession(bytes));
    const data = picture(plain);
    const [expected, actual] = [await answers(plain, data), await answers(rewritten, data)];
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    for (const [output, { data: values, dims }] of Object.entries(expected)) {
      const { data: others, dims: otherDims } = actual[output] as Tensor;
      expect(otherDims).toEqual(dims);
      const difference = largest(values.map((value, index) => value - (others[index] as number)));
      expect(difference, output).toBeLessThanOrEqual(1e-5 * largest(values));
    }
  });

  it.each(files.filter(name => !name.startsWith('scrfd')))(
    '%s gives two pictures at once what it gives each alone',
    async name => {
      const session = await track(openSession(readFileSync(join(weights, name))));
      const both = picture(session, 2);
      const half = both.data.length / 2;
      const together = await answers(session, both);
      for (const index of [0, 1]) {
        const one = {
          dims: [1, ...both.dims.slice(1)],
          data: both.data.slice(index * half, (index + 1) * half),
        };
        for (const [output, { data: values }] of Object.entries(await answers(session, one))) {
          const all = (together[output] as Tensor).data;
          expect(all.length, output).toBe(2 * values.length);
          const others = all.subarray(index * values.length);
          const difference = largest(values.map((value, at) => value - (others[at] as number)));
          expect(difference, output).toBeLessThanOrEqual(1e-5 * largest(values));
        }
      }
    },
  );
});
