// What a call asks for, checked and completed with the family's defaults.
import { InsightFaceError } from '../errors.js';
import type { ModelSpec } from '../zoo/manifest.js';
import type { DetectOptions, Size } from './detector.js';
import type { Network } from './network.js';

export interface Settings {
  readonly detThresh: number;
  readonly nmsThresh: number;
  readonly signal: AbortSignal | undefined;
}

/** A family's own figures, where neither call nor pack has one. */
export interface FamilyDefaults {
  readonly detThresh: number;
  readonly nmsThresh: number;
}

/** The lowest score that a detector keeps where a call does not say. */
export function defaultThreshold(spec: ModelSpec, defaults: FamilyDefaults): number {
  return spec.threshold ?? defaults.detThresh;
}

/** @throws InsightFaceError `INVALID_ARGUMENT` for a threshold outside 0 to 1. */
export function readSettings(spec: ModelSpec, options: DetectOptions, defaults: FamilyDefaults): Settings {
  const settings = {
    detThresh: options.detThresh ?? defaultThreshold(spec, defaults),
    nmsThresh: options.nmsThresh ?? defaults.nmsThresh,
    signal: options.signal,
  };
  for (const name of ['detThresh', 'nmsThresh'] as const)
    if (!(settings[name] >= 0 && settings[name] <= 1))
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `${name} lies between 0 and 1, not at ${settings[name]}.`,
      );
  return settings;
}

/**
 * The sizes that were asked for, or `undefined` for `auto`.
 * @throws InsightFaceError `INVALID_ARGUMENT` for sides that are not whole multiples of `multiple` from 32 to 8192.
 */
export function readSizes(detSize: DetectOptions['detSize'], multiple: number): readonly Size[] | undefined {
  if (detSize === undefined || detSize === 'auto') return undefined;
  if (typeof detSize !== 'object' || detSize === null)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `detSize is "auto", { width, height } or a list of these, not ${JSON.stringify(detSize)}.`,
    );
  const sizes = 'width' in detSize ? [detSize] : detSize;
  if (sizes.length === 0)
    throw new InsightFaceError('INVALID_ARGUMENT', 'detSize is an empty list. Give a size, or "auto".');
  for (const { width, height } of sizes)
    for (const side of [width, height])
      if (!(Number.isInteger(side) && side >= 32 && side <= 8192 && side % multiple === 0))
        throw new InsightFaceError(
          'INVALID_ARGUMENT',
          `detSize ${width}x${height} does not fit this detector: sides are whole ${multiple > 1 ? `multiples of ${multiple}` : 'numbers'} from 32 to 8192.`,
        );
  return sizes;
}

/**
 * Sizes for a network that takes pictures of any multiple of 32, or of one size alone.
 * @throws InsightFaceError `INVALID_ARGUMENT` for a size that the network cannot take.
 */
export function networkSizes(
  network: Network,
  detSize: DetectOptions['detSize'],
  auto: readonly Size[],
): readonly Size[] {
  const sizes = readSizes(detSize, network.fixedSize ? 1 : 32);
  const { fixedSize } = network;
  if (!fixedSize) return sizes ?? auto;
  for (const { width, height } of sizes ?? [])
    if (width !== fixedSize.width || height !== fixedSize.height)
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `${network.spec.name} sees pictures of ${fixedSize.width}x${fixedSize.height} only, not ${width}x${height}. Set detSize to that, or to "auto".`,
      );
  return [fixedSize];
}
