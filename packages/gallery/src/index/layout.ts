// What lies where in the memory of a table: a region of scratch for each thread, then blocks of rows.

/** 8-bit numbers with sign codes, or 32-bit floats. */
export type Precision = 'int8' | 'float';

/** Rows in a block: its codes stay in the processor's cache while several probes pass over them, and suffice to stream. */
export const blockShift = 12;
export const blockRows = 1 << blockShift;
/** Probes that share a pass. */
export const lanes = 16;
/** Most rows that a first pass by sign codes leaves to a lane. */
export const mostCandidates = 4096;
/** Pairs that a lane holds before it is narrowed. */
export const laneRoom = 2 * mostCandidates;
/** Pairs that an exact pass writes before they are looked at. */
export const hitRoom = 256;
/** Bytes of a bitmap of groups: 33 million groups. */
export const whereBytes = 4 * 1024 * 1024;
/** The group of a row whose vector was removed. */
export const removedGroup = 0xffff_ffff;

/** Addresses and sizes in bytes; those of a block count from its beginning, those of a region from its own. */
export interface Layout {
  readonly dimension: number;
  readonly precision: Precision;
  /** Numbers in a row: the dimension, filled up with zeros to a multiple of 64. */
  readonly width: number;
  readonly rowBytes: number;
  readonly codeBytes: number;
  readonly block: {
    readonly codes: number;
    readonly groups: number;
    readonly keys: number;
    readonly bytes: number;
  };
  readonly region: {
    /** Pairs that an exact pass found, or distances of the codes of a block. */
    readonly hits: number;
    readonly lane: number;
    readonly laneBytes: number;
    readonly probe: number;
    readonly probeBytes: number;
    readonly bytes: number;
  };
  /** Address of the first block. */
  readonly first: number;
  /** The integer that stands for 1 in an 8-bit row. */
  readonly scale: number;
}

export function layoutOf(dimension: number, precision: Precision, threads: number): Layout {
  const width = Math.ceil(dimension / 64) * 64;
  const rowBytes = precision === 'int8' ? width : 4 * width;
  const codeBytes = precision === 'int8' ? width / 8 : 0;
  const codes = blockRows * rowBytes;
  const groups = codes + blockRows * codeBytes;
  const keys = groups + 4 * blockRows;
  const hits = whereBytes;
  const lane = hits + Math.max(64 + 8 * hitRoom, 2 * blockRows);
  const laneBytes = align(32 + 4 * (width + 1) + 8 * laneRoom);
  const probe = lane + lanes * laneBytes;
  const probeBytes = align(4 * width + codeBytes);
  const regionBytes = probe + lanes * probeBytes;
  return {
    dimension,
    precision,
    width,
    rowBytes,
    codeBytes,
    block: { codes, groups, keys, bytes: keys + 4 * blockRows },
    region: { hits, lane, laneBytes, probe, probeBytes, bytes: regionBytes },
    // Address 0 stands for no bitmap.
    first: 64 + threads * regionBytes,
    scale: scaleFor(dimension),
  };
}

/** Where the scratch of a thread begins. */
export function regionOf(layout: Layout, thread: number): number {
  return 64 + thread * layout.region.bytes;
}

/**
 * One scale for all vectors: an entry of a unit vector is 1 / sqrt(dimension) in the root mean square, and 127 lies at
 * 3.9 times that (736 for 512 dimensions). What is larger is cut off.
 */
export function scaleFor(dimension: number): number {
  return Math.floor((127 * Math.sqrt(dimension)) / 3.9);
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
