import { describe, expect, test } from 'vitest';
import { parseVerificationBin } from './insightface-bin.js';
import { readPickle } from './pickle/read-pickle.js';
import { mulberry32 } from './random.js';

// Made with CPython 3.11 and NumPy 2.4: pickle.dumps(([b'\xff\xd8a', b'b', ..., b'dddddd'], [True, False])) in the ways that
// such files are found.
const WRITTEN_BY_PYTHON: Record<string, string> = {
  'bytes, protocol 2':
    'gAJdcQAoY19jb2RlY3MKZW5jb2RlCnEBWAUAAADDv8OYYXECWAYAAABsYXRpbjFxA4ZxBFJxBWgBWAEAAABicQZoA4ZxB1JxCGNfX2J1aWx0aW5fXwpieXRlcwpxCSlScQpoAVgGAAAAZGRkZGRkcQtoA4ZxDFJxDWVdcQ4oiIllhnEPLg==',
  'bytes, protocol 3': 'gANdcQAoQwP/2GFxAUMBYnECQwBxA0MGZGRkZGRkcQRlXXEFKIiJZYZxBi4=',
  'bytes, protocol 4': 'gASVIwAAAAAAAABdlChDA//YYZRDAWKUQwCUQwZkZGRkZGSUZV2UKIiJZYaULg==',
  'bytes, protocol 5': 'gAWVIwAAAAAAAABdlChDA//YYZRDAWKUQwCUQwZkZGRkZGSUZV2UKIiJZYaULg==',
  'NumPy arrays and flags, protocol 2':
    'gAJdcQAoY251bXB5Ll9jb3JlLm11bHRpYXJyYXkKX3JlY29uc3RydWN0CnEBY251bXB5Cm5kYXJyYXkKcQJLAIVxA2NfY29kZWNzCmVuY29kZQpxBFgBAAAAYnEFWAYAAABsYXRpbjFxBoZxB1JxCIdxCVJxCihLAUsDhXELY251bXB5CmR0eXBlCnEMWAIAAAB1MXENiYiHcQ5ScQ8oSwNYAQAAAHxxEE5OTkr/////Sv////9LAHRxEWKJaARYBQAAAMO/w5hhcRJoBoZxE1JxFHRxFWJoAWgCSwCFcRZoCIdxF1JxGChLAUsBhXEZaA+JaAh0cRpiaAFoAksAhXEbaAiHcRxScR0oSwFLAYVxHmgPiWgEWAEAAABjcR9oBoZxIFJxIXRxImJoAWgCSwCFcSNoCIdxJFJxJShLAUsGhXEmaA+JaARYBgAAAGRkZGRkZHEnaAaGcShScSl0cSpiZV1xKyhjbnVtcHkuX2NvcmUubXVsdGlhcnJheQpzY2FsYXIKcSxoDFgCAAAAYjFxLYmIh3EuUnEvKEsDaBBOTk5K/////0r/////SwB0cTBiaARYAQAAAAFxMWgGhnEyUnEzhnE0UnE1aCxoL2gEWAEAAAAAcTZoBoZxN1JxOIZxOVJxOmWGcTsu',
  'NumPy arrays and flags, protocol 4':
    'gASVOwEAAAAAAABdlCiMFm51bXB5Ll9jb3JlLm11bHRpYXJyYXmUjAxfcmVjb25zdHJ1Y3SUk5SMBW51bXB5lIwHbmRhcnJheZSTlEsAhZRDAWKUh5RSlChLAUsDhZRoBIwFZHR5cGWUk5SMAnUxlImIh5RSlChLA4wBfJROTk5K/////0r/////SwB0lGKJQwP/2GGUdJRiaANoBksAhZRoCIeUUpQoSwFLAYWUaBCJaAh0lGJoA2gGSwCFlGgIh5RSlChLAUsBhZRoEIlDAWOUdJRiaANoBksAhZRoCIeUUpQoSwFLBoWUaBCJQwZkZGRkZGSUdJRiZV2UKGgBjAZzY2FsYXKUk5RoDYwCYjGUiYiHlFKUKEsDaBFOTk5K/////0r/////SwB0lGJDAQGUhpRSlGgoaCtDAQCUhpRSlGWGlC4=',
  'NumPy arrays and flags, protocol 5':
    'gAWVFAEAAAAAAABdlCiME251bXB5Ll9jb3JlLm51bWVyaWOUjAtfZnJvbWJ1ZmZlcpSTlChDA//YYZSMBW51bXB5lIwFZHR5cGWUk5SMAnUxlImIh5RSlChLA4wBfJROTk5K/////0r/////SwB0lGJLA4WUjAFDlHSUUpRoAyhDAWKUaApLAYWUaA50lFKUaAMoQwFjlGgKSwGFlGgOdJRSlGgDKEMGZGRkZGRklGgKSwaFlGgOdJRSlGVdlCiMFm51bXB5Ll9jb3JlLm11bHRpYXJyYXmUjAZzY2FsYXKUk5RoB4wCYjGUiYiHlFKUKEsDaAtOTk5K/////0r/////SwB0lGJDAQGUhpRSlGggaCNDAQCUhpRSlGWGlC4=',
  'a NumPy array of flags':
    'gASVpQAAAAAAAABdlChDA//YYZRDAWKUQwCUQwZkZGRkZGSUZYwWbnVtcHkuX2NvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5lJOUSwCFlGgCh5RSlChLAUsChZRoCIwFZHR5cGWUk5SMAmIxlImIh5RSlChLA4wBfJROTk5K/////0r/////SwB0lGKJQwIBAJR0lGKGlC4=',
  'flags as numbers': 'gASVJQAAAAAAAABdlChDA//YYZRDAWKUQwCUQwZkZGRkZGSUZV2UKEsBSwBlhpQu',
};
const EVIL = 'gAJdcQBjcG9zaXgKc3lzdGVtCnEBWBQAAAB0b3VjaCAvdG1wL2V2YWx1YXRlZHEChXEDUnEEYV1xBYhhhnEGLg==';

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const refused = expect.objectContaining({ code: 'DATASET_INVALID' });

describe('reads what Python writes', () => {
  for (const [name, base64] of Object.entries(WRITTEN_BY_PYTHON))
    test(name, () => {
      const { images, pairs } = parseVerificationBin(bytesOf(base64));
      expect(pairs).toEqual([
        { a: '0', b: '1', same: true },
        { a: '2', b: '3', same: false },
      ]);
      expect([...images.get('0')!]).toEqual([0xff, 0xd8, 0x61]);
      expect(Buffer.from(images.get('1')!).toString()).toBe('b');
      expect(Buffer.from(images.get('3')!).toString()).toBe('dddddd');
    });

  test('the byte strings of Python 2', () => {
    // ]q.(U.abU.ce]q.(.e.. : two short strings and one flag.
    const pickle = [
      0x80, 2, 0x5d, 0x28, 0x55, 2, 97, 98, 0x54, 1, 0, 0, 0, 99, 0x65, 0x5d, 0x88, 0x61, 0x86, 0x2e,
    ];
    const { images, pairs } = parseVerificationBin(Uint8Array.from(pickle));
    expect(pairs).toHaveLength(1);
    expect([...images.values()].map(image => Buffer.from(image).toString())).toEqual(['ab', 'c']);
  });
});

describe('hostile input', () => {
  test('a pickle that would run a command is refused by name', () => {
    expect(() => readPickle(bytesOf(EVIL))).toThrow(/posix\.system/);
    expect(() => readPickle(bytesOf(EVIL))).toThrow(refused);
  });

  test('every truncation ends in a coded error', () => {
    for (const base64 of Object.values(WRITTEN_BY_PYTHON)) {
      const whole = bytesOf(base64);
      for (let length = 0; length < whole.length; length++)
        expect(() => parseVerificationBin(whole.subarray(0, length))).toThrow(refused);
    }
  });

  test('5,000 files with random damage end in an answer or a coded error', () => {
    const random = mulberry32(7);
    const originals = Object.values(WRITTEN_BY_PYTHON).map(bytesOf);
    let errors = 0;
    for (let i = 0; i < 5000; i++) {
      const bytes = originals[i % originals.length]!.slice();
      for (let k = 0; k < 1 + (i % 4); k++)
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      try {
        parseVerificationBin(bytes);
      } catch (error) {
        expect(error).toEqual(refused);
        errors++;
      }
    }
    expect(errors).toBeGreaterThan(1000);
  });

  test('a string that is remembered once and decoded a thousand times is stopped early', () => {
    const text = 'a'.repeat(60_000);
    const head = Buffer.from('\x80\x02]q\x00(c_codecs\nencode\nq\x01X', 'latin1');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    const once = Buffer.from('q\x02X\x06\x00\x00\x00latin1q\x03\x86q\x04R', 'latin1');
    const again = Buffer.from('h\x01h\x04R', 'latin1');
    const bomb = Buffer.concat([
      head,
      length,
      Buffer.from(text),
      once,
      ...Array(1000).fill(again),
      Buffer.from('e.'),
    ]);
    expect(() => readPickle(bomb)).toThrow(/unfolds/);
  });

  test('lists that hold themselves do no harm', () => {
    // ]q.h.a. : a list appended to itself.
    expect(() =>
      parseVerificationBin(Uint8Array.from([0x80, 2, 0x5d, 0x71, 0, 0x68, 0, 0x61, 0x2e])),
    ).toThrow(refused);
  });

  test('what is a pickle but no verification set is refused', () => {
    expect(() => parseVerificationBin(Uint8Array.from([0x80, 2, 0x4e, 0x2e]))).toThrow(
      /no InsightFace verification/,
    );
    // Two images and two flags.
    const uneven = [0x80, 2, 0x5d, 0x28, 0x55, 0, 0x55, 0, 0x65, 0x5d, 0x28, 0x88, 0x88, 0x65, 0x86, 0x2e];
    expect(() => parseVerificationBin(Uint8Array.from(uneven))).toThrow(/2 images for 2 pairs/);
  });
});
