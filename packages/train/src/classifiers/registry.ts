// The classifiers by name.
import type { MarginLoss } from '../losses/margin-loss.js';
import type { Classifier } from './classifier.js';
import type { ClassCollective } from './collective.js';
import { FullClassifier } from './full-classifier.js';
import { PartialFc } from './partial-fc.js';

/** A classifier as an experiment names it. */
export type ClassifierConfig =
  | { readonly name: 'full' }
  | { readonly name: 'partialFc'; readonly sampleRate?: number };

/** What the rest of the experiment decides. */
export interface ClassifierContext {
  readonly marginLoss: MarginLoss;
  readonly classes: number;
  readonly embeddingSize: number;
  readonly seed: number;
  readonly collective?: ClassCollective;
}

/** Makes a classifier with random centres (`manualSeed` decides them; all ranks need the same seed). */
export function createClassifier(config: ClassifierConfig, context: ClassifierContext): Classifier {
  return config.name === 'full' ? new FullClassifier(context) : new PartialFc({ ...config, ...context });
}
