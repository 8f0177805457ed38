import { expect, it } from 'vitest';
import { availableDevices, createSession } from './node.js';

it('tells ONNX Runtime to report nothing before it is loaded', async () => {
  expect(await availableDevices()).toContain('cpu');
  expect(process.env['ORT_DISABLE_TELEMETRY']).toBe('1');
});

it('refuses a number of threads that no machine has', async () => {
  for (const threads of [0, 1.5, Number.NaN, 100_000])
    await expect(createSession(new Uint8Array(), { threads })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
});
