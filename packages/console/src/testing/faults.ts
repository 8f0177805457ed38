// Faults of accessibility that axe-core calls serious or critical.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';

const script = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Each as its rule and the first element it is about. */
export async function findFaults(page: Page): Promise<string[]> {
  // The console's policy forbids foreign scripts in the page; an evaluated one is the debugger's.
  await page.evaluate(await readFile(script, 'utf8'));
  const results = await page.evaluate(() =>
    (globalThis as typeof globalThis & { axe: typeof axe }).axe.run(document, {
      resultTypes: ['violations'],
    }),
  );
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''} ${nodes[0]?.failureSummary ?? ''}`);
}
