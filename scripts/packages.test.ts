// Packages as users get them: packed, installed in an empty project, type-checked, and run from JavaScript and
// TypeScript.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchDemoPhotos } from 'insightface-ts';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks } from '../docs/code-blocks.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const names = [
  'onnx',
  'insightface',
  'capture',
  'gallery',
  'audit',
  'torch',
  'train',
  'server',
  'client',
  'cli',
];
let project = '';
const tarballs = new Map<string, string>();

function npm(...parameters: string[]): string {
  return execFileSync('npm', parameters, {
    cwd: project,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'insightface-packages-'));
  for (const name of names) {
    const folder = join(project, 'packed', name);
    mkdirSync(folder, { recursive: true });
    npm('pack', join(root, 'packages', name), '--pack-destination', folder, '--silent');
    tarballs.set(name, join(folder, readdirSync(folder)[0] ?? ''));
  }
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({
      private: true,
      type: 'module',
      dependencies: Object.fromEntries(
        names.map(name => [
          (JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as { name: string })
            .name,
          `file:${tarballs.get(name)}`,
        ]),
      ),
    }),
  );
  npm('install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline');
  const [photo] = await fetchDemoPhotos();
  writeFileSync(join(project, 'photo.jpg'), readFileSync(photo as string));
}, 300_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('packages as users get them', () => {
  it.each(names)('%s passes publint', async name => {
    const { messages, pkg } = await publint({ pkgDir: join(root, 'packages', name), strict: true });
    expect(messages.map(message => formatMessage(message, pkg))).toEqual([]);
  });

  it.each(names)('%s carries no tests and no build leftovers', name => {
    const listing = execFileSync('tar', ['tzf', tarballs.get(name) ?? ''], { encoding: 'utf8' });
    expect(listing).not.toMatch(/\.test\.|tsbuildinfo|\/testing\//);
    expect(listing).toContain('package/LICENSE');
    expect(listing).toContain('package/README.md');
  });

  it('the README’s five lines run from JavaScript and pass the strict type check', () => {
    const [block] = codeBlocks('README.md', ['ts']);
    expect(block).toBeDefined();
    writeFileSync(join(project, 'five-lines.mjs'), block?.code ?? '');
    const output = execFileSync(process.execPath, ['five-lines.mjs'], { cwd: project, encoding: 'utf8' });
    expect(output).toMatch(/\d/);

    writeFileSync(join(project, 'five-lines.ts'), block?.code ?? '');
    const flags = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    const typeRoots = ['--typeRoots', join(root, 'node_modules/@types')];
    execFileSync(
      join(root, 'node_modules/.bin/tsc'),
      ['five-lines.ts', '--ignoreConfig', ...flags, ...typeRoots],
      {
        cwd: project,
        stdio: 'inherit',
      },
    );
  });

  it('the command runs', () => {
    const output = execFileSync(
      join(project, 'node_modules/.bin/insightface'),
      ['analyze', 'photo.jpg', '--json'],
      {
        cwd: project,
        encoding: 'utf8',
      },
    );
    expect((JSON.parse(output) as { faces: unknown[] }).faces).toHaveLength(3);
  });
});
