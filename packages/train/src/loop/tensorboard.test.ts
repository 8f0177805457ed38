import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crc32c, EventWriter } from './tensorboard.js';

test("CRC-32C gives RFC 3720's figures", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

test('an event file reads back frame by frame: version first, then the scalars', () => {
  const writer = new EventWriter(mkdtempSync(join(tmpdir(), 'events-')), 1_700_000_000);
  writer.scalars(300, { loss: 1.5, lr: 0.25 }, 1_700_000_001.5);
  const frames = readFrames(readFileSync(writer.file));
  expect(frames).toHaveLength(2);
  expect(frames[0]!.subarray(9).toString('latin1')).toBe('\x1a\x0dbrain.Event:2');
  const event = frames[1]!;
  expect(event[0]).toBe(0x09);
  expect(event.readDoubleLE(1)).toBe(1_700_000_001.5);
  // Step 300 is the varint AC 02; the summary is field 5.
  expect([...event.subarray(9, 13)]).toEqual([0x10, 0xac, 0x02, 0x2a]);
  const loss = event.indexOf('loss');
  expect(event[loss + 4]).toBe(0x15);
  expect(event.readFloatLE(loss + 5)).toBe(1.5);
  const rate = event.indexOf('lr');
  expect(event.readFloatLE(rate + 3)).toBe(0.25);
});

/** Payloads, with both checksums of each frame verified bit by bit. */
function readFrames(file: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const payload = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 8)).toBe(plainMaskedCrc(file.subarray(at, at + 8)));
    expect(file.readUInt32LE(at + 12 + length)).toBe(plainMaskedCrc(payload));
    frames.push(payload);
    at += length + 16;
  }
  return frames;
}

function plainMaskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes)
    for (let bit = 0n; bit < 8n; bit++) {
      const odd = (crc ^ (BigInt(byte) >> bit)) & 1n;
      crc = (crc >> 1n) ^ (odd ? 0x82f63b78n : 0n);
    }
  crc ^= 0xffffffffn;
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}
