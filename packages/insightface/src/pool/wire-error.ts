// Errors on their way between threads: a structured clone keeps no class and no code.
import { type ErrorCode, InsightFaceError } from '../errors.js';

export interface WireError {
  readonly code?: ErrorCode;
  readonly message: string;
  readonly stack?: string;
}

export function toWire(error: unknown): WireError {
  if (error instanceof InsightFaceError) return { code: error.code, message: error.message };
  if (error instanceof Error)
    return { message: error.message, ...(error.stack !== undefined && { stack: error.stack }) };
  return { message: String(error) };
}

export function fromWire({ code, message, stack }: WireError): Error {
  if (code !== undefined) return new InsightFaceError(code, message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
