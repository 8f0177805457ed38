export * from './attribute-model.js';
export { fivePoints } from './five-points.js';
export { createGenderAgeModel } from './gender-age.js';
export * from './landmark-parts.js';
export { createLandmarker } from './landmarker.js';
export { createLivenessModel } from './liveness.js';
export { meanShape68 } from './mean-shape.js';
export { estimatePose, type PoseSource } from './pose.js';
export * from './quality.js';
