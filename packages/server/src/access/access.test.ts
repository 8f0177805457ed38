import { describe, expect, it } from 'vitest';
import { StateStore } from '../state/state-store.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { looksLikeKey } from './key.js';
import { KeyStore } from './key-store.js';
import { RateLimiter } from './rate-limit.js';
import { mayUse } from './roles.js';

const key = { name: 'door', tenant: 'default', roles: ['verify'] } as const;

describe('keys', () => {
  it('are found by themselves alone, survive a restart, and lie nowhere in the clear', async () => {
    const folder = temporaryFolder();
    const before = StateStore.open(folder);
    const made = await new KeyStore(before).add(key);
    expect(looksLikeKey(made.key)).toBe(true);
    await before.close();
    const state = StateStore.open(folder);
    const keys = new KeyStore(state);
    expect(keys.find(made.key)).toEqual(made.record);
    expect(keys.find(`${made.key.slice(0, -1)}${made.key.endsWith('A') ? 'B' : 'A'}`)).toBeUndefined();
    expect(JSON.stringify([...state.list(['key'])])).not.toContain(made.key.slice(4));
    await keys.remove(made.record.id);
    expect(keys.find(made.key)).toBeUndefined();
    await state.close();
  });

  it('end when they expire', async () => {
    const state = StateStore.open(temporaryFolder());
    const keys = new KeyStore(state);
    const made = await keys.add({ ...key, expiresAt: new Date(Date.now() - 1).toISOString() });
    expect(keys.find(made.key)).toBeUndefined();
    await state.close();
  });
});

describe('limits', () => {
  it('let a key ask so often a minute and so often a day, also after a restart', async () => {
    const folder = temporaryFolder();
    let now = Date.parse('2026-03-01T23:00:00Z');
    const record = { ...key, id: 'k', hash: '', createdAt: '', ratePerMinute: 2, quotaPerDay: 4 };
    const before = StateStore.open(folder);
    const limiter = new RateLimiter(before, () => now);
    const refused = { code: 'RATE_LIMITED' };
    limiter.take(record);
    limiter.take(record);
    expect(() => limiter.take(record)).toThrow(expect.objectContaining({ ...refused, retryAfter: 30 }));
    now += 30_000;
    limiter.take(record);
    now += 60_000;
    limiter.take(record);
    expect(() => limiter.take(record)).toThrow(expect.objectContaining(refused));
    await before.close();
    const after = StateStore.open(folder);
    const restarted = new RateLimiter(after, () => now);
    expect(() => restarted.take(record)).toThrow(expect.objectContaining({ ...refused, retryAfter: 3510 }));
    now += 3_600_000;
    restarted.take(record);
    await after.close();
  });
});

describe('mayUse', () => {
  const access = (tenant: string, ...roles: ('admin' | 'search')[]) => ({
    keyId: '',
    name: '',
    tenant,
    roles,
  });

  it('tells roles and tenants apart', () => {
    expect(mayUse(access('default', 'search'), 'search')).toBe(true);
    expect(mayUse(access('default', 'search'), ['enrol', 'search'])).toBe(true);
    expect(mayUse(access('default', 'search'), 'enrol')).toBe(false);
    expect(mayUse(access('other', 'admin'), 'enrol')).toBe(true);
    expect(mayUse(access('other', 'admin'), 'root')).toBe(false);
    expect(mayUse(access('default', 'admin'), 'root')).toBe(true);
    expect(mayUse(access('default'), 'any')).toBe(true);
  });
});
