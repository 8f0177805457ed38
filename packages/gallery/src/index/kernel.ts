// The compiled inner loops (kernel/scan.ts) over one memory. TypeScript knows WebAssembly only among browser types.
import { kernelCode } from './kernel-code.js';

/** Memory that threads share and that grows without moving. */
export interface KernelMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

/** See kernel/scan.ts. All numbers are addresses, counts or 32-bit values. */
export interface Kernel {
  encode(rows: number, width: number, count: number, codes: number): void;
  distances64(codes: number, count: number, probe: number, out: number): void;
  distances(codes: number, bytes: number, count: number, probe: number, out: number): void;
  offer(
    distances: number,
    groups: number,
    count: number,
    row: number,
    lane: number,
    where: number,
    whereGroups: number,
  ): void;
  narrow(lane: number): void;
  rank(lane: number, first: number, stride: number, shift: number, width: number, probe: number): void;
  scan: Scan;
  scanFloat: Scan;
}

type Scan = (
  rows: number,
  groups: number,
  width: number,
  from: number,
  count: number,
  row: number,
  probe: number,
  floor: number,
  where: number,
  whereGroups: number,
  hits: number,
  room: number,
) => number;

declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => KernelMemory;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { env: { memory: KernelMemory } },
  ) => { readonly exports: Kernel };
};

/** Bytes in a page of memory. */
export const pageBytes = 65_536;
/** Most pages of a memory: 4 GiB. */
export const mostPages = 65_536;

const code = new WebAssembly.Module(Buffer.from(kernelCode, 'base64'));

export function createKernelMemory(bytes: number): KernelMemory {
  return new WebAssembly.Memory({
    initial: Math.ceil(bytes / pageBytes),
    maximum: mostPages,
    shared: true,
  });
}

export function createKernel(memory: KernelMemory): Kernel {
  return new WebAssembly.Instance(code, { env: { memory } }).exports;
}
