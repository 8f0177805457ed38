// What a run has learned by its newest checkpoint, however many ranks wrote it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { files } from '@insightface-ts/torch';
import { backboneFile, optimizerFile, stateFile } from '../checkpoint.js';
import { newestCheckpoint } from '../run-folder.js';

const kinds = ['weights', 'statistics', 'centres', 'momentum', 'centresMomentum'] as const;
type Kind = (typeof kinds)[number];

/** All numbers by kind and name; the ranks' shares of the classes one after another. */
export async function learned(run: string) {
  const { folder } = newestCheckpoint(run)!;
  const tensors: Record<string, Record<string, number[]>> = Object.fromEntries(kinds.map(kind => [kind, {}]));
  const shares: string[] = [];
  while (existsSync(join(folder, shareFile(shares.length)))) shares.push(shareFile(shares.length));
  for (const file of [backboneFile, optimizerFile, ...shares])
    for (const [name, tensor] of await files.readStateDict(join(folder, file))) {
      const ofKind = tensors[kindOf(file, name)]!;
      ofKind[name] = [...(ofKind[name] ?? []), ...Array.from(tensor.data(), Number)];
      tensor.dispose();
    }
  const state = JSON.parse(readFileSync(join(folder, stateFile), 'utf8'));
  const { classifier, backboneOptimizer, classifierOptimizer } = state;
  return { tensors, state: { classifier, backboneOptimizer, classifierOptimizer } };
}

/**
 * How far two runs are apart: the largest difference of any weight, class centre or running statistic (as part of it above
 * 1), and the difference of their momentum, which is the gradients', as part of its length.
 */
export async function differences(
  actual: string,
  expected: string,
): Promise<{ weights: number; momentum: number }> {
  const [ours, theirs] = await Promise.all([learned(actual), learned(expected)]);
  const found = kinds.map(kind => {
    const [a, b] = [ours, theirs].map(({ tensors }) => Object.entries(tensors[kind]!));
    const [values, others] = [a!, b!].map(of => of.flatMap(([, numbers]) => numbers));
    if (
      String(a!.map(([name]) => name)) !== String(b!.map(([name]) => name)) ||
      values!.length !== others!.length
    )
      throw new Error(`${actual} and ${expected} hold other ${kind}`);
    const apart = values!.map((value, i) => value - others![i]!);
    return kind.endsWith('omentum')
      ? { weights: 0, momentum: Math.hypot(...apart) / Math.hypot(...others!) }
      : {
          weights: Math.max(...apart.map((value, i) => Math.abs(value) / Math.max(1, Math.abs(others![i]!)))),
          momentum: 0,
        };
  });
  return {
    weights: Math.max(...found.map(({ weights }) => weights)),
    momentum: Math.max(...found.map(({ momentum }) => momentum)),
  };
}

function shareFile(rank: number): string {
  return `classifier-${rank}.safetensors`;
}

function kindOf(file: string, name: string): Kind {
  if (file === backboneFile) return /running|tracked/.test(name) ? 'statistics' : 'weights';
  if (file === optimizerFile) return 'momentum';
  return name === 'weight' ? 'centres' : 'centresMomentum';
}
