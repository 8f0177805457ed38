// Reading of JSON that may be anything. TF.js writes protobuf's JSON: numbers may be strings, bytes are base64.
import { OnnxError } from '../errors.js';

/** The error that every damaged part of a TF.js model ends in. */
export function corruptTfjs(what: string): OnnxError {
  return new OnnxError(
    'MODEL_CORRUPT',
    `The TF.js model is damaged (${what}); fetch model.json and its weights again.`,
  );
}

/** A JSON object. Keys are looked up with {@link member}, so that `constructor` and the like are absent. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw corruptTfjs(`${what} is not an object`);
  return value as JsonObject;
}

export function asArray(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw corruptTfjs(`${what} is not a list`);
  return value;
}

export function asString(value: unknown, what: string): string {
  if (typeof value !== 'string') throw corruptTfjs(`${what} is not a text`);
  return value;
}

/** A whole number, written as a number or as text. */
export function asInteger(value: unknown, what: string): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number))
    throw corruptTfjs(`${what} is not a whole number`);
  return number;
}

export function asNumber(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw corruptTfjs(`${what} is not a number`);
  return value;
}

/** Own member of an object, or `undefined`. */
export function member(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Text of base64, as the attributes of strings are written. */
export function fromBase64(text: string, what: string): string {
  try {
    return atob(text);
  } catch (cause) {
    throw new OnnxError('MODEL_CORRUPT', corruptTfjs(`${what} is not base64`).message, { cause });
  }
}
