export * from './calibration.js';
export * from './ensemble.js';
export * from './flip-fusion.js';
export * from './recognizer.js';
export { createRecognizer } from './registry.js';
export * from './similarity.js';
export * from './thresholds.js';
