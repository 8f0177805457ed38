// The inner loops of vector search, in AssemblyScript (TypeScript with machine types), compiled to WebAssembly SIMD by
// scripts/build-kernel.mjs. Addresses are bytes in the memory of a table; src/index/layout.ts says what lies where.
//
// Rows of removed vectors have the group `removed`. `where` is a bitmap of the first `whereGroups` groups: those with a
// 1 count; address 0 means that all do.
//
// A lane gathers the rows nearest to one probe by sign codes: limit, count, wanted, room, bits (32 bits each, then 12
// bytes of nothing), a histogram of distances (32 bits for each of 0 to `bits`), and `room` pairs of row and distance.

const removed: u32 = 0xffffffff;
const histogram: usize = 32;

function accepted(group: u32, where: usize, whereGroups: u32): bool {
  if (group === removed) return false;
  if (where === 0) return true;
  return group < whereGroups && ((load<u8>(where + (group >> 3)) >> <u8>(group & 7)) & 1) !== 0;
}

/** Signs of `count` rows of 8-bit numbers, one bit a number. */
export function encode(rows: usize, width: u32, count: u32, codes: usize): void {
  const end = rows + width * count;
  for (; rows < end; rows += 16, codes += 2) store<u16>(codes, <u16>i8x16.bitmask(v128.load(rows)));
}

/** Distances (16 bits each) of `count` codes of 64 bytes from that of a probe, in bits that differ. */
export function distances64(codes: usize, count: u32, probe: usize, out: usize): void {
  const a = load<u64>(probe);
  const b = load<u64>(probe, 8);
  const c = load<u64>(probe, 16);
  const d = load<u64>(probe, 24);
  const e = load<u64>(probe, 32);
  const f = load<u64>(probe, 40);
  const g = load<u64>(probe, 48);
  const h = load<u64>(probe, 56);
  const end = codes + (count << 6);
  for (; codes < end; codes += 64, out += 2)
    store<u16>(
      out,
      <u16>(
        (popcnt(load<u64>(codes) ^ a) +
          popcnt(load<u64>(codes, 8) ^ b) +
          popcnt(load<u64>(codes, 16) ^ c) +
          popcnt(load<u64>(codes, 24) ^ d) +
          popcnt(load<u64>(codes, 32) ^ e) +
          popcnt(load<u64>(codes, 40) ^ f) +
          popcnt(load<u64>(codes, 48) ^ g) +
          popcnt(load<u64>(codes, 56) ^ h))
      ),
    );
}

/** The same for codes of any multiple of 8 bytes. */
export function distances(codes: usize, bytes: u32, count: u32, probe: usize, out: usize): void {
  const end = codes + bytes * count;
  for (; codes < end; codes += bytes, out += 2) {
    let distance: u64 = 0;
    for (let at: u32 = 0; at < bytes; at += 8)
      distance += popcnt(load<u64>(codes + at) ^ load<u64>(probe + at));
    store<u16>(out, <u16>distance);
  }
}

/** Offers `count` rows with these distances to a lane. `row` is the number of the first. */
export function offer(
  from: usize,
  groups: usize,
  count: u32,
  row: u32,
  lane: usize,
  where: usize,
  whereGroups: u32,
): void {
  let limit = load<u32>(lane);
  for (let first: u32 = 0; first < count; first += 8) {
    const near = i16x8.lt_u(v128.load(from + (first << 1)), i16x8.splat(<i16>limit));
    if (!v128.any_true(near)) continue;
    for (let at = first; at < min(first + 8, count); at++) {
      const distance = <u32>load<u16>(from + (at << 1));
      if (distance < limit && accepted(load<u32>(groups + (at << 2)), where, whereGroups))
        limit = keep(lane, row + at, distance);
    }
  }
}

function pairsOf(lane: usize): usize {
  return lane + histogram + ((load<u32>(lane, 16) + 1) << 2);
}

/** Puts a row into a lane and returns the distance from which on rows are of no use. */
function keep(lane: usize, row: u32, distance: u32): u32 {
  const count = load<u32>(lane, 4);
  const pair = pairsOf(lane) + (count << 3);
  store<u32>(pair, row);
  store<u32>(pair, distance, 4);
  const bar = lane + histogram + (distance << 2);
  store<u32>(bar, load<u32>(bar) + 1);
  store<u32>(lane, count + 1, 4);
  if (count + 1 === load<u32>(lane, 12)) narrow(lane);
  return load<u32>(lane);
}

/** Leaves in a lane only the `wanted` nearest rows; of equally far ones, those that came first. */
export function narrow(lane: usize): void {
  const count = load<u32>(lane, 4);
  const wanted = load<u32>(lane, 8);
  if (count <= wanted) return;
  const bars = lane + histogram;
  let nearer: u32 = 0;
  let cut: u32 = 0;
  for (; nearer + load<u32>(bars + (cut << 2)) < wanted; cut++) nearer += load<u32>(bars + (cut << 2));
  let equal = wanted - nearer;
  store<u32>(bars + (cut << 2), equal);
  memory.fill(bars + ((cut + 1) << 2), 0, (load<u32>(lane, 16) - cut) << 2);
  const pairs = pairsOf(lane);
  let into = pairs;
  const end = pairs + (count << 3);
  for (let pair = pairs; pair < end; pair += 8) {
    const distance = load<u32>(pair, 4);
    if (distance > cut) continue;
    if (distance === cut) {
      if (equal === 0) continue;
      equal--;
    }
    store<u64>(into, load<u64>(pair));
    into += 8;
  }
  store<u32>(lane, wanted, 4);
  store<u32>(lane, cut);
}

/** The dot product of a row of 8-bit numbers and a probe of 16-bit ones. `width` is a multiple of 64. */
function dot(row: usize, probe: usize, width: u32): i32 {
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  const end = row + width;
  for (; row < end; row += 32, probe += 64) {
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load8x8_s(row), v128.load(probe)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load8x8_s(row, 8), v128.load(probe, 16)));
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load8x8_s(row, 16), v128.load(probe, 32)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load8x8_s(row, 24), v128.load(probe, 48)));
  }
  a = i32x4.add(a, b);
  return (
    i32x4.extract_lane(a, 0) + i32x4.extract_lane(a, 1) + i32x4.extract_lane(a, 2) + i32x4.extract_lane(a, 3)
  );
}

/** Replaces the distances in a lane by dot products. Blocks of `1 << shift` rows begin every `stride` bytes. */
export function rank(lane: usize, first: usize, stride: u32, shift: u32, width: u32, probe: usize): void {
  const pairs = pairsOf(lane);
  const end = pairs + (load<u32>(lane, 4) << 3);
  for (let pair = pairs; pair < end; pair += 8) {
    const row = load<u32>(pair);
    const at = first + (row >> shift) * stride + (row & ((1 << shift) - 1)) * width;
    store<i32>(pair, dot(at, probe, width), 4);
  }
}

/**
 * Compares a probe with rows `from` to `count` of a block. Those of at least `floor` are written to `hits` as pairs of
 * row and dot product, after their number (8 bytes). Returns the row to go on from when there is no more room.
 */
export function scan(
  rows: usize,
  groups: usize,
  width: u32,
  from: u32,
  count: u32,
  row: u32,
  probe: usize,
  floor: i32,
  where: usize,
  whereGroups: u32,
  hits: usize,
  room: u32,
): u32 {
  let found: u32 = 0;
  let at = rows + from * width;
  for (; from < count && found < room; from++, at += width) {
    const product = dot(at, probe, width);
    if (product < floor || !accepted(load<u32>(groups + (from << 2)), where, whereGroups)) continue;
    found++;
    store<u32>(hits + (found << 3), row + from);
    store<i32>(hits + (found << 3), product, 4);
  }
  store<u32>(hits, found);
  return from;
}

/** {@link scan} for rows and probes of 32-bit floats; `width` is still the number of numbers. */
export function scanFloat(
  rows: usize,
  groups: usize,
  width: u32,
  from: u32,
  count: u32,
  row: u32,
  probe: usize,
  floor: f32,
  where: usize,
  whereGroups: u32,
  hits: usize,
  room: u32,
): u32 {
  let found: u32 = 0;
  for (; from < count && found < room; from++) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let at = rows + ((from * width) << 2);
    let other = probe;
    const end = at + (width << 2);
    for (; at < end; at += 64, other += 64) {
      a = f32x4.add(a, f32x4.mul(v128.load(at), v128.load(other)));
      b = f32x4.add(b, f32x4.mul(v128.load(at, 16), v128.load(other, 16)));
      a = f32x4.add(a, f32x4.mul(v128.load(at, 32), v128.load(other, 32)));
      b = f32x4.add(b, f32x4.mul(v128.load(at, 48), v128.load(other, 48)));
    }
    a = f32x4.add(a, b);
    const product =
      f32x4.extract_lane(a, 0) +
      f32x4.extract_lane(a, 1) +
      (f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3));
    if (product < floor || !accepted(load<u32>(groups + (from << 2)), where, whereGroups)) continue;
    found++;
    store<u32>(hits + (found << 3), row + from);
    store<f32>(hits + (found << 3), product, 4);
  }
  store<u32>(hits, found);
  return from;
}
