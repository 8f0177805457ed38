// Reads an experiment from its file, with values set on the command line, and checks it.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InsightFaceError } from 'insightface-ts';
import { createJiti } from 'jiti';
import * as v from 'valibot';
import { parseBackbone } from '../backbones/index.js';
import { parseLoss, resolveLoss } from '../losses/index.js';
import { recipes } from '../recipes/index.js';
import { type Experiment, experimentSchema } from './experiment.js';
import { runPaths } from './run-folder.js';

/** A tree of plain data, as JSON has it. */
export type Data = string | number | boolean | null | readonly Data[] | { readonly [key: string]: Data };

/**
 * Reads and checks an experiment. Paths in it become absolute: they are meant relative to the file.
 * @param file a `.json`, `.ts` or `.js` file, a run's folder, or the name of a recipe, whose paths begin where you are.
 * @param settings such as `optimizer.lr=0.2`; a value is JSON where it reads as JSON, else text.
 * @throws InsightFaceError `FILE_NOT_FOUND`; `EXPERIMENT_INVALID`, which names every wrong value with its path.
 */
export async function readExperiment(file: string, settings: readonly string[] = []): Promise<Experiment> {
  const recipe = existsSync(file) ? undefined : recipes.get(file);
  if (recipe) return checkExperiment(applySettings(recipe, settings), file, process.cwd());
  if (!existsSync(file) && extname(file) === '')
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `${file} is neither a file, nor a run, nor a recipe. \`insightface train --recipes\` lists these.`,
    );
  const run = runPaths(file).experiment;
  if (existsSync(run)) return checkExperiment(applySettings(await readRun(run), settings), run, dirname(run));
  const data = await readDataFile(file);
  return checkExperiment(applySettings(data, settings), file, dirname(resolve(file)));
}

/** A run's own record has more than the experiment. */
async function readRun(file: string): Promise<unknown> {
  const { dataset: _, versions: __, ...experiment } = (await readDataFile(file)) as Record<string, unknown>;
  return experiment;
}

/**
 * Checks data against the schema.
 * @param source what it is, for the message.
 * @param folder where relative paths begin.
 */
export function checkExperiment(data: unknown, source: string, folder: string): Experiment {
  const result = v.safeParse(experimentSchema, withUsualNames(data));
  if (!result.success)
    throw invalid(`${source} is no experiment. ${result.issues.map(describe).join('; ')}.`);
  const { backbone, loss, ...rest } = result.output;
  const parts = {
    backbone: parseBackbone({ ...backbone, inputSize: rest.data.size }),
    loss: resolveLoss(parseLoss(loss)),
  };
  return withAbsolutePaths({ ...rest, ...parts }, folder);
}

/** `{ lr: 0.2 }` alone is an optimizer too: the usual one. */
function withUsualNames(data: unknown): unknown {
  if (!isObject(data)) return data;
  const { optimizer, classifier } = data;
  return {
    ...data,
    ...(isObject(optimizer) && { optimizer: { name: 'sgd', ...optimizer } }),
    ...(isObject(classifier) && { classifier: { name: 'full', ...classifier } }),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The content of a `.json` file, or the default export of a `.ts`, `.mts`, `.js` or `.mjs` file. */
export async function readDataFile(file: string): Promise<unknown> {
  const path = resolve(file);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new InsightFaceError('FILE_NOT_FOUND', `${file} cannot be read. Check the path.`, { cause });
  }
  const ending = extname(path).toLowerCase();
  try {
    if (ending === '.json') return JSON.parse(text);
    if (['.ts', '.mts', '.js', '.mjs'].includes(ending))
      return await createJiti(pathToFileURL(path).href).import(path, { default: true });
  } catch (cause) {
    throw invalid(`${file} does not read: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  throw invalid(`${file} must end in .json, .ts, .mts, .js or .mjs.`);
}

/** `optimizer.lr=0.2` and the like, applied to a copy. @throws InsightFaceError `EXPERIMENT_INVALID`. */
export function applySettings(data: unknown, settings: readonly string[]): unknown {
  let changed = data;
  for (const setting of settings) {
    const at = setting.indexOf('=');
    if (at < 1) throw invalid(`--set ${setting} must be KEY=VALUE, such as optimizer.lr=0.2.`);
    changed = withValue(changed, setting.slice(0, at).split('.'), readValue(setting.slice(at + 1)), setting);
  }
  return changed;
}

/** A copy of the tree with one leaf put in place; numbers in the path are places in a list. */
export function withValue(tree: unknown, path: readonly string[], value: unknown, source: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(tree)) {
    const place = Number(key);
    if (!Number.isInteger(place) || place < 0 || place > tree.length)
      throw invalid(`${source}: ${key} is no place in a list of ${tree.length}.`);
    return tree.toSpliced(place, 1, withValue(tree[place], rest, value, source));
  }
  if (tree !== undefined && (typeof tree !== 'object' || tree === null))
    throw invalid(`${source}: there is a plain value above ${key}.`);
  const entries = Object.entries(tree ?? {}).filter(([name]) => name !== key);
  const old = Object.entries(tree ?? {}).find(([name]) => name === key)?.[1];
  return Object.fromEntries([...entries, [key, withValue(old, rest, value, source)]]);
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function withAbsolutePaths(experiment: Experiment, folder: string): Experiment {
  const absolute = (path: string) => resolve(folder, path);
  const { data, evaluate, finetune } = experiment;
  return {
    ...experiment,
    data: { ...data, train: absolute(data.train) },
    evaluate: {
      ...evaluate,
      sets: evaluate.sets.map(set =>
        'bin' in set
          ? { ...set, bin: absolute(set.bin) }
          : { ...set, pairs: absolute(set.pairs), images: absolute(set.images) },
      ),
    },
    ...(finetune && { finetune: { ...finetune, from: absolute(finetune.from) } }),
  };
}

function describe(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? 'the experiment';
  if (issue.type === 'strict_object' && issue.expected === 'never') return `${path} is not a known key`;
  if (issue.received === 'undefined') return `${path} is missing`;
  return `${path} (${issue.received}) ${issue.message}`;
}

function invalid(message: string, cause?: unknown): InsightFaceError {
  return new InsightFaceError('EXPERIMENT_INVALID', message, cause === undefined ? {} : { cause });
}
