// The code in the manual, as programs: every ```ts block is a module of its own, every ```sh block a list of commands.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One fenced block. */
export interface CodeBlock {
  /** File and line, such as `docs/manual.md:12`. */
  readonly place: string;
  readonly language: string;
  readonly code: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** Pages whose code is run: the README in each language and everything under docs/. */
export function pages(): string[] {
  const manual = readdirSync(new URL('.', import.meta.url)).filter(name => name.endsWith('.md'));
  const readmes = readdirSync(root).filter(name => /^README.*\.md$/.test(name));
  return [...readmes, ...manual.map(name => `docs/${name}`)];
}

/** The fenced blocks of a page with these languages. A block marked `no-run` is an illustration. */
export function codeBlocks(page: string, languages: readonly string[]): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = readFileSync(`${root}${page}`, 'utf8').split('\n');
  let open: { language: string; start: number } | undefined;
  for (const [index, line] of lines.entries()) {
    const fence = /^```(\S*)(.*)$/.exec(line);
    if (!fence) continue;
    if (open) {
      if (languages.includes(open.language))
        blocks.push({
          place: `${page}:${open.start + 1}`,
          language: open.language,
          code: lines.slice(open.start + 1, index).join('\n'),
        });
      open = undefined;
    } else open = { language: fence[2]?.includes('no-run') ? '' : (fence[1] ?? ''), start: index };
  }
  return blocks;
}
