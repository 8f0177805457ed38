import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { createImage, encodePng } from 'insightface-ts';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { addData } from './data.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'insightface-cli-data-'));
  for (const [person, name] of ['ada', 'bob'].entries()) {
    await mkdir(join(folder, 'crops', name), { recursive: true });
    for (let i = 0; i < 3; i++) {
      // Stripes of another width and direction in every picture.
      const image = createImage(112, 112);
      for (let at = 0; at < 112 * 112; at++) {
        const place = person === 0 ? at % 112 : Math.floor(at / 112);
        image.data.fill(Math.floor(place / (7 + 4 * i)) % 2 === 0 ? 30 : 220, at * 3, at * 3 + 3);
      }
      await writeFile(join(folder, 'crops', name, `${i}.png`), await encodePng(image));
    }
  }
  await writeFile(join(folder, 'crops', 'ada', 'broken.jpg'), 'no image');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<string> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    const program = new Command().exitOverride();
    addData(program);
    await program.parseAsync(['data', ...args], { from: 'user' });
    return log.mock.calls.map(([line]) => String(line)).join('\n');
  } finally {
    log.mockRestore();
  }
}

it('prepares a set, tells what is in it, and shows what augmentation does', async () => {
  const [crops, out, report] = [join(folder, 'crops'), join(folder, 'set'), join(folder, 'report.html')];
  const prepared = JSON.parse(
    await run('prepare', crops, '--out', out, '--aligned', '--workers', '0', '--report', report, '--json'),
  );
  expect(prepared).toMatchObject({
    out,
    report,
    images: { found: 7, kept: 6, dropped: 1 },
    people: { found: 2, kept: 2 },
    reasons: { unreadable: 1 },
    dropped: [{ source: 'ada/broken.jpg', reason: 'unreadable' }],
  });
  expect(readFileSync(report, 'utf8')).toContain('ada/broken.jpg');

  // Said before the work begins, not after it.
  const lost = run('prepare', crops, '--out', `${out}2`, '--report', join(folder, 'none', 'report.html'));
  await expect(lost).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  expect(existsSync(`${out}2.building`)).toBe(false);

  const info = JSON.parse(await run('info', out, '--verify', '--json'));
  expect(info).toMatchObject({
    kind: 'packed',
    images: 6,
    classes: 2,
    imageSize: { width: 112, height: 112 },
    imagesPerPerson: { min: 3, median: 3, max: 3 },
    verified: true,
  });
  expect(await run('info', crops)).toContain('folder');

  const steps = join(folder, 'steps.json');
  await writeFile(steps, '[{ "kind": "rotate" }]');
  for (const file of ['samples.html', 'samples.png']) {
    await run('samples', out, '--out', join(folder, file), '--augmentation', steps, '--pictures', '2');
    expect(existsSync(join(folder, file))).toBe(true);
  }
  await writeFile(steps, '[{ "kind": "rotate", "degrees": 500 }]');
  await expect(
    run('samples', out, '--out', join(folder, 'x.html'), '--augmentation', steps),
  ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});
