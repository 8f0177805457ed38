// Mixed precision: matrix products and convolutions in 16 bits, everything else in 32 (https://arxiv.org/abs/1710.03740).
// Float16 has few exponents, so the loss is scaled up before backward and gradients down after it; the scale halves when a
// gradient overflows and doubles after 2,000 good steps. Checked on the CPU; not yet run on a GPU.
import { readFileSync } from 'node:fs';
import { autocast } from './engine.js';
import * as ops from './ops/index.js';
import { noGrad, tidy } from './scope.js';
import type { Tensor } from './tensor.js';

/** Types of matrix products and convolutions. */
export type Precision = 'float32' | 'float16' | 'bfloat16';

/**
 * Runs `body` in a precision, also where that is slower, see {@link gainsByPrecision}.
 * @param device 'cpu', 'cuda', 'cuda:1', ...
 */
export function withPrecision<T>(precision: Precision, device: string, body: () => T): T {
  if (precision === 'float32') return body();
  return autocast({ device: device.startsWith('cuda') ? 'cuda' : 'cpu', dtype: precision }, body);
}

/**
 * Whether a device computes in a precision as fast as in float32 or faster. CPUs never do in float16; in bfloat16 those with
 * AVX512-BF16 or AMX do, and others are about 8 times slower.
 * @param cpuFlags what the processor can do, as in /proc/cpuinfo.
 */
export function gainsByPrecision(precision: Precision, device: string, cpuFlags = readCpuFlags()): boolean {
  if (precision === 'float32' || device.startsWith('cuda')) return true;
  return precision === 'bfloat16' && /\b(avx512_bf16|amx_bf16)\b/.test(cpuFlags);
}

/** What a {@link LossScaler} carries from step to step; it belongs into checkpoints. */
export interface LossScalerState {
  readonly scale: number;
  readonly goodSteps: number;
}

/** Keeps the gradients of float16 in range. */
export class LossScaler {
  /** What the loss is multiplied by. */
  scale: number;
  /** Steps since the last change. */
  goodSteps = 0;

  /** @param initialScale 65536 by default. */
  constructor(initialScale = 65536) {
    this.scale = initialScale;
  }

  /** A copy of the running figures. */
  get state(): LossScalerState {
    return { scale: this.scale, goodSteps: this.goodSteps };
  }

  /** Goes on from the figures of a checkpoint. */
  restore({ scale, goodSteps }: LossScalerState): void {
    this.scale = scale;
    this.goodSteps = goodSteps;
  }

  /** The loss to call `backward()` on. */
  scaled(loss: Tensor): Tensor {
    return ops.mul(loss, this.scale);
  }

  /**
   * Scales gradients back and moves the scale.
   * @returns whether all are finite: where not, leave this optimizer step out.
   */
  unscale(parameters: readonly Tensor[]): boolean {
    const allFinite = noGrad(() =>
      tidy(() => {
        const sums = parameters.flatMap(parameter => {
          const gradient = parameter.grad;
          return gradient ? ops.sum(ops.div_(gradient, this.scale)) : [];
        });
        return sums.length === 0 || Number.isFinite(ops.sum(ops.stack(sums)).item());
      }),
    );
    this.goodSteps = allFinite ? this.goodSteps + 1 : 0;
    if (!allFinite) this.scale /= 2;
    else if (this.goodSteps % 2000 === 0) this.scale *= 2;
    return allFinite;
  }
}

let cpuFlags: string | undefined;

/** Empty where the system does not tell. */
function readCpuFlags(): string {
  if (cpuFlags !== undefined) return cpuFlags;
  try {
    cpuFlags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
  } catch {
    cpuFlags = '';
  }
  return cpuFlags;
}
