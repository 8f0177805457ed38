// A real Chromium without a window, for tests of what runs in pages.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function findChromium(): string {
  const { CHROMIUM, PATH = '' } = process.env;
  const places = PATH.split(delimiter).flatMap(folder => names.map(name => join(folder, name)));
  const found = CHROMIUM ?? places.find(place => existsSync(place));
  if (!found)
    throw new Error('Chromium is missing: apt-get install chromium, or set CHROMIUM to the path of one.');
  return found;
}

/** Starts Chromium; whoever does closes it. */
export function launchChromium(...args: readonly string[]): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', ...args] });
}
