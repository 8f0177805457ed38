import { Command } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { addModels } from './models.js';

let output: string[];

beforeEach(() => {
  output = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => output.push(text));
  vi.spyOn(console, 'error').mockImplementation((text: string) => output.push(text));
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

async function run(...args: string[]): Promise<string> {
  output = [];
  const program = new Command().exitOverride();
  addModels(program);
  await program.parseAsync(['node', 'insightface', 'models', ...args]);
  return output.join('\n');
}

test('pull, list and verify the default pack', async () => {
  expect(await run('pull', 'open')).toContain('open is ready: detection, landmark, recognition, gender-age');
  const packs = (await run('list', '--json')).split('\n').map(line => JSON.parse(line));
  expect(packs.map(({ name }) => name)).toContain('buffalo_l');
  expect(packs.find(({ name }) => name === 'open')).toMatchObject({ state: 'ready', license: 'MIT' });
  expect(await run('list')).toMatch(/^open +fetched/m);
  const checks = (await run('verify', 'open', '--json')).split('\n').map(line => JSON.parse(line));
  expect(new Set(checks.map(({ state }) => state))).toEqual(new Set(['ok']));
  expect(process.exitCode).toBeUndefined();
}, 300_000);

test('info shows licence, provenance, figures and thresholds', async () => {
  const text = await run('info', 'open');
  for (const expected of [
    'fr_feature',
    'MIT',
    'names neither the training data',
    'LFW View 2',
    'for 1e-3 of strangers accepted',
  ])
    expect(text).toContain(expected);
  expect(JSON.parse(await run('info', 'buffalo_l', '--json'))).toMatchObject({ name: 'buffalo_l' });
  expect(await run('info', 'buffalo_l')).toContain('Non-commercial research only');
});

test('a pack that is not whole ends with exit code 2', async () => {
  vi.stubEnv('INSIGHTFACE_HOME', '/nonexistent/insightface');
  expect(await run('verify', 'open')).toContain('absent');
  expect(process.exitCode).toBe(2);
});

test('an unknown pack is a coded error', async () => {
  await expect(run('info', 'nothing')).rejects.toMatchObject({ code: 'PACK_INVALID' });
  await expect(run('remove', 'nothing')).rejects.toMatchObject({ code: 'PACK_INVALID' });
});
