export * from './augment.js';
export * from './samples.js';
