export { call, listOps, type Scalar, schema } from './call.js';
export * from './generated.js';
