export {
  type ClientOptions,
  createClient,
  form,
  type InsightFaceClient,
  type OperationAnswer,
  type OperationInput,
  type OperationName,
} from './client.js';
export { type ClientErrorOptions, InsightFaceClientError } from './error.js';
export type * from './generated.js';
