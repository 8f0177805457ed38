// Where the master key is. It wraps one key for each gallery and touches nothing else, so that it can live in a KMS.

/** A key as it lies in a store: encrypted by a master key. */
export interface WrappedKey {
  /** Which master key wrapped it. */
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

/** Wraps keys by a master key. Write one for a KMS; {@link openKeyRing} makes one from 32 bytes. */
export interface KeyRing {
  /** The master key that wraps now. */
  readonly keyId: string;
  /** @param context what the key is for; needed again to unwrap. */
  wrap(key: Uint8Array, context: string): Promise<WrappedKey>;
  /** @throws InsightFaceError `KEY_INVALID` when no master key of the ring wrapped this, or the context is another. */
  unwrap(wrapped: WrappedKey, context: string): Promise<Uint8Array>;
}
