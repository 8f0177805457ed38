export type * from './detector.js';
export { createDetector } from './registry.js';
export * from './select.js';
export { findTurned, type Rotation, type TurnedDetection } from './turned.js';
