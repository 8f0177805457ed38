export { type ClassRange, classRange, reshard } from './class-shards.js';
export { Classifier, type ClassifierState } from './classifier.js';
export type { ClassCollective } from './collective.js';
export { FullClassifier, type FullClassifierOptions } from './full-classifier.js';
export { PartialFc, type PartialFcOptions } from './partial-fc.js';
export * from './registry.js';
