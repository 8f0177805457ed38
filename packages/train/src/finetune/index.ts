export { chooseParameters, type LearningGroup, trainUnfrozen } from './choose-parameters.js';
export { loadWeights, weightsFile } from './load-weights.js';
