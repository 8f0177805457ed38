export * from './folds.js';
export * from './ijb.js';
export * from './random.js';
export * from './roc.js';
export * from './statistics.js';
export * from './verification.js';
