// Who has a key. The keys themselves are nowhere: only their hashes.
import { timingSafeEqual } from 'node:crypto';
import type { StateStore } from '../state/state-store.js';
import { createKey, hashKey, keyIdOf } from './key.js';
import type { Access, Role } from './roles.js';

/** A key as it is kept. */
export interface KeyRecord {
  readonly id: string;
  /** Hex SHA-256. */
  readonly hash: string;
  readonly name: string;
  readonly tenant: string;
  readonly roles: readonly Role[];
  readonly createdAt: string;
  /** Most requests in any minute, on average. Absent: no limit. */
  readonly ratePerMinute?: number;
  /** Most requests a day (UTC). Absent: no limit. */
  readonly quotaPerDay?: number;
  /** ISO 8601; from then on the key opens nothing. */
  readonly expiresAt?: string;
}

export type NewKey = Omit<KeyRecord, 'id' | 'hash' | 'createdAt'>;

export class KeyStore {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  /** True when nobody has a key yet. */
  get isEmpty(): boolean {
    return this.list().length === 0;
  }

  /** Makes a key, or takes the one given. The answer is the only place where it is ever seen. */
  async add(record: NewKey, key = createKey()): Promise<{ key: string; record: KeyRecord }> {
    const hash = hashKey(key);
    const kept = { ...record, id: keyIdOf(hash), hash, createdAt: new Date().toISOString() };
    await this.#state.put(['key', kept.id], kept);
    return { key, record: kept };
  }

  /** Who a key belongs to, or `undefined` for one that is unknown or has expired. */
  find(key: string): KeyRecord | undefined {
    const hash = hashKey(key);
    const record = this.get(keyIdOf(hash));
    if (!record || !timingSafeEqual(Buffer.from(record.hash, 'hex'), Buffer.from(hash, 'hex')))
      return undefined;
    const expired = record.expiresAt !== undefined && Date.parse(record.expiresAt) <= Date.now();
    return expired ? undefined : record;
  }

  get(id: string): KeyRecord | undefined {
    return this.#state.get<KeyRecord>(['key', id]);
  }

  /** Keys of a tenant, or all; oldest first. */
  list(tenant?: string): KeyRecord[] {
    return [...this.#state.list<KeyRecord>(['key'])]
      .map(({ value }) => value)
      .filter(record => tenant === undefined || record.tenant === tenant)
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  }

  async remove(id: string): Promise<boolean> {
    return this.#state.remove(['key', id]);
  }
}

export function accessOf({ id, name, tenant, roles }: KeyRecord): Access {
  return { keyId: id, name, tenant, roles };
}
