export { writeAtomically } from './atomic-write.js';
export * from './pth/read-pth.js';
export { PickleDict, PickleName, type PickleValue } from './pth/values.js';
export * from './safetensors.js';
export * from './state-dict.js';
export { StoredTensor } from './stored-tensor.js';
