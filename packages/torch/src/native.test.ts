import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.doUnmock('node:fs');
  vi.doUnmock('node:module');
  vi.resetModules();
});

test('an engine that is not built is a coded error with the command to run', async () => {
  vi.doMock('node:fs', () => ({ existsSync: () => false }));
  vi.resetModules();
  const { native } = await import('./native.js');
  expect(() => native()).toThrow(
    expect.objectContaining({
      code: 'ENGINE_MISSING',
      message: expect.stringMatching(/not built.*npm run setup:torch/),
    }),
  );
});

test('an engine whose libraries are gone is one too', async () => {
  vi.doMock('node:module', () => ({
    createRequire: () => () => {
      throw new Error('libtorch.so: cannot open shared object file');
    },
  }));
  vi.resetModules();
  const { native } = await import('./native.js');
  expect(() => native()).toThrow(
    expect.objectContaining({ code: 'ENGINE_MISSING', message: expect.stringMatching(/libtorch\.so/) }),
  );
});
