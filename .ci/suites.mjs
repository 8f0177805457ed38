// Runs the two suites and adds up what they report.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'insightface-ci-'));
let passed = 0;
let failed = 0;

/** A step that fails counts as one failed test. */
function step(command, args) {
  console.log(`\n$ ${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) failed++;
  return status === 0;
}

function suite(project) {
  const file = join(folder, `${project}.json`);
  const started = Date.now();
  const { status } = spawnSync(
    'npx',
    [
      'vitest',
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    { stdio: 'inherit' },
  );
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    passed += report.numPassedTests;
    // A skipped test, or a file that does not load, did not pass.
    const broken = report.testResults.filter(
      result => result.status === 'failed' && result.assertionResults.length === 0,
    ).length;
    failed += report.numTotalTests - report.numPassedTests + broken;
    if (status !== 0 && report.numFailedTests + broken === 0) failed++;
  } catch {
    failed++;
  }
  console.log(`${project}: ${Math.round((Date.now() - started) / 1000)} s`);
}

step('npm', ['run', '--silent', 'check']);
suite('unit');
suite('data');
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
