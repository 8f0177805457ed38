// Pickles put together opcode by opcode, for tests.

/** `\x80\x02 ... .`: protocol 2 round the parts. */
export function pickle(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return Buffer.concat([Buffer.from([0x80, 2]), ...parts.map(part => Buffer.from(part)), Buffer.from('.')]);
}

/** BINUNICODE. */
export function text(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  const head = Buffer.from('X\0\0\0\0');
  head.writeUInt32LE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** LONG1 of eight bytes. */
export function integer(value: number): Uint8Array {
  const bytes = Buffer.from([0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
  bytes.writeBigInt64LE(BigInt(value), 2);
  return bytes;
}

/** A tuple of the parts. */
export function tuple(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return Buffer.concat([Buffer.from('('), ...parts.map(part => Buffer.from(part)), Buffer.from('t')]);
}

/** A call of `_rebuild_tensor_v2` on the float storage `0`. */
export function tensorCall(options: {
  readonly length: number;
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}): Uint8Array {
  const storage = tuple(
    text('storage'),
    'ctorch\nFloatStorage\n',
    text('0'),
    text('cpu'),
    integer(options.length),
  );
  return Buffer.concat([
    Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n'),
    tuple(
      Buffer.concat([storage, Buffer.from('Q')]),
      integer(options.offset ?? 0),
      tuple(...options.shape.map(integer)),
      tuple(...options.strides.map(integer)),
      Buffer.from([0x89]),
      'N',
    ),
    Buffer.from('R'),
  ]);
}
