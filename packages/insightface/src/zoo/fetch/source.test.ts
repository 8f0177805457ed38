import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { modelHome } from '../home.js';
import { isAllowedUrl, parseSource, relativePathProblem, sourceProblem } from './source.js';
import { storedPath } from './stored-path.js';

describe('parseSource', () => {
  test('reads npm sources, scoped ones too', () => {
    expect(parseSource('npm:@scope/name@1.2.3-beta.1/a/b.onnx')).toEqual({
      kind: 'npm',
      package: '@scope/name',
      version: '1.2.3-beta.1',
      path: 'a/b.onnx',
    });
  });

  test('reads a file inside a zip from the fragment', () => {
    expect(parseSource('https://host/pack.zip#det%2010g.onnx')).toEqual({
      kind: 'url',
      url: 'https://host/pack.zip',
      member: 'det 10g.onnx',
    });
  });

  test.each([
    ['npm:name@^1.0.0/file', 'an exact version'],
    ['npm:name@1.0.0/../../etc/passwd', 'stays inside'],
    ['npm:../name@1.0.0/file', 'an exact version'],
    ['http://host/file', 'https://'],
    ['file:///etc/passwd', 'https://'],
    ['https://user:secret@host/file', 'no user name'],
    ['model.onnx', 'https://'],
  ])('refuses %s', (source, reason) => {
    expect(sourceProblem(source)).toContain(reason);
    expect(() => parseSource(source)).toThrowError(expect.objectContaining({ code: 'PACK_INVALID' }));
  });
});

test('plain http is allowed to this machine only', () => {
  expect(isAllowedUrl(new URL('http://127.0.0.1:8000/'))).toBe(true);
  expect(isAllowedUrl(new URL('http://[::1]/'))).toBe(true);
  expect(isAllowedUrl(new URL('http://127.0.0.1.example.org/'))).toBe(false);
});

test.each(['/a', 'a//b', '../a', 'a/../b', './a', 'C:/a', 'a\\b', '', 'a\0b'])('%j is no safe path', path => {
  expect(relativePathProblem(path)).toBeDefined();
});

test('files of any source lie below the model home, apart from each other', () => {
  const at = (source: string, range?: readonly [number, number]) =>
    storedPath({ role: 'model', file: 'x', format: 'onnx', source, ...(range && { range }) });
  const paths = [
    at('npm:@scope/name@1.0.0/a.data'),
    at('npm:@scope/name@1.0.0/a.data', [0, 4]),
    at('https://host:8443/a.onnx'),
    at('https://host/a.onnx'),
    at('https://host/a.onnx?version=2'),
    at('https://host/a.zip#b.onnx'),
    at('https://host/%2e%2e/%2e%2e/%2e%2e/%2e%2e/a.onnx'),
  ];
  for (const path of paths) expect(path.startsWith(join(modelHome(), ''))).toBe(true);
  // The last one is an address that leads to the same file as the fourth.
  expect(new Set(paths).size).toBe(paths.length - 1);
});

test('a zip member cannot lead out of its folder', () => {
  expect(sourceProblem('https://host/a.zip#../../x.onnx')).toContain('stays inside');
  expect(sourceProblem('https://host/a.zip#%2e%2e/x.onnx')).toContain('stays inside');
  expect(sourceProblem('https://host/a.zip#%')).toBeDefined();
});
