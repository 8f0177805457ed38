// What text means is read from queries, paths and forms; JSON says itself what is a number. (Ajv would make 0 of null.)
import { AjvCompiler, type BuildCompilerFromPool } from '@fastify/ajv-compiler';

const compiler = AjvCompiler();

/** For Fastify's `schemaController`. */
export const buildValidator: BuildCompilerFromPool = (shared, options) => {
  const lenient = compiler(shared, options);
  if (options?.mode === 'JTD') return lenient;
  const strict = compiler(shared, {
    ...options,
    customOptions: { ...options?.customOptions, coerceTypes: false },
  });
  return route => (isJsonBody(route) ? strict(route) : lenient(route));
};

/** Types call it a schema; it is the part of a route that the schema is for. */
function isJsonBody(route: object | boolean): boolean {
  if (typeof route === 'boolean' || !('httpPart' in route)) return false;
  return (
    route.httpPart === 'body' && !('contentType' in route && route.contentType === 'multipart/form-data')
  );
}
