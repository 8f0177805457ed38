export { type ExportedModel, type ExportRunOptions, exportRun } from './export-run.js';
export { openBackbone, runOf } from './open-backbone.js';
export { openRecognizer } from './open-recognizer.js';
export { type PackRunOptions, packRun } from './pack-run.js';
