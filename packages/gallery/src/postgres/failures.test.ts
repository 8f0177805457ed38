import { InsightFaceError } from 'insightface-ts';
import { describe, expect, it } from 'vitest';
import { isPassing, toInsightFaceError } from './failures.js';

const failure = (code: string, message = 'reason') => Object.assign(new Error(message), { code });
const codeFor = (error: unknown) => {
  const told = toInsightFaceError(error, 'postgres://db');
  return told instanceof InsightFaceError ? told.code : undefined;
};

describe('a failure of PostgreSQL', () => {
  it.each([
    ['ECONNREFUSED', 'STORE_UNAVAILABLE'],
    ['ENOTFOUND', 'STORE_UNAVAILABLE'],
    ['08006', 'STORE_UNAVAILABLE'],
    ['57P01', 'STORE_UNAVAILABLE'],
    ['57P03', 'STORE_UNAVAILABLE'],
    ['53300', 'STORE_UNAVAILABLE'],
    ['28P01', 'STORE_UNAVAILABLE'],
    ['3D000', 'STORE_UNAVAILABLE'],
    ['57014', 'STORE_UNAVAILABLE'],
    ['40P01', 'STORE_UNAVAILABLE'],
    ['53100', 'WRITE_FAILED'],
    ['25006', 'WRITE_FAILED'],
    ['42501', 'WRITE_FAILED'],
    ['22021', 'INVALID_ARGUMENT'],
    ['42P01', 'GALLERY_INVALID'],
    ['XX001', 'GALLERY_INVALID'],
  ])('%s is %s', (code, expected) => {
    expect(codeFor(failure(code))).toBe(expected);
  });

  it('without a code is told by what the driver says', () => {
    expect(codeFor(new Error('Connection terminated unexpectedly'))).toBe('STORE_UNAVAILABLE');
    expect(codeFor(new Error('timeout exceeded when trying to connect'))).toBe('STORE_UNAVAILABLE');
    expect(codeFor(new Error('Query read timeout'))).toBe('STORE_UNAVAILABLE');
  });

  it('that is a fault of ours stays as it is', () => {
    const fault = failure('42601', 'syntax error');
    expect(toInsightFaceError(fault, 'postgres://db')).toBe(fault);
  });

  it('is tried again when another transaction was in the way', () => {
    expect(['40001', '40P01', '23505', '42601'].map(code => isPassing(failure(code)))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});
