export * from './align.js';
export * from './similarity.js';
export * from './template.js';
