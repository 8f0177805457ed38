// Checks a part of an experiment that is chosen by name, such as a network or a loss, with the options beside the name.
import { InsightFaceError } from 'insightface-ts';
import * as v from 'valibot';

/** A whole number in a range. */
export const wholeNumber = (from: number, to: number) => {
  const message = `must be a whole number from ${from} to ${to}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(from, message), v.maxValue(to, message));
};

/** A finite number in a range. */
export const realNumber = (from: number, to: number) => {
  const message = `must be a number from ${from} to ${to}`;
  return v.pipe(v.number(message), v.minValue(from, message), v.maxValue(to, message));
};

/**
 * The value, checked, with its defaults.
 * @param what the kind of part, as the experiment calls it: `backbone`, `loss`.
 * @throws InsightFaceError `EXPERIMENT_INVALID`, which names every wrong value.
 */
export function parseNamedPart<Schema extends v.GenericSchema>(
  what: string,
  schema: Schema,
  names: readonly string[],
  value: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const describe = (issue: v.BaseIssue<unknown>) => {
    const path = [what, v.getDotPath(issue)].filter(Boolean).join('.');
    if (path === `${what}.name`) return `${path} is ${issue.received}: choose one of ${names.join(', ')}`;
    if (issue.type === 'strict_object' && issue.expected === 'never') return `${path} is not a known option`;
    if (issue.received === 'undefined') return `${path} is missing`;
    return `${path} (${issue.received}) ${issue.message}`;
  };
  throw new InsightFaceError('EXPERIMENT_INVALID', `${result.issues.map(describe).join('; ')}.`);
}
