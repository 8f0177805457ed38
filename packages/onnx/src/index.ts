export * from './builder.js';
export * from './errors.js';
export * from './import-tfjs.js';
export * from './import-tflite.js';
export * from './model.js';
