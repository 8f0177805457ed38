// Those who share a server and must not see each other.
import { HttpError } from '../errors/http-error.js';
import type { StateStore } from '../state/state-store.js';
import { rootTenant } from './roles.js';

export interface Tenant {
  /** Lower-case letters, digits, `-` and `_`, at most 40. */
  readonly id: string;
  readonly createdAt: string;
}

export const tenantPattern = '^[a-z0-9][a-z0-9_-]{0,39}$';

export class TenantStore {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  /** Makes the root tenant on an empty store. */
  async begin(): Promise<void> {
    if (!this.has(rootTenant)) await this.add(rootTenant);
  }

  has(id: string): boolean {
    return this.#state.get<Tenant>(['tenant', id]) !== undefined;
  }

  list(): Tenant[] {
    return [...this.#state.list<Tenant>(['tenant'])].map(({ value }) => value);
  }

  /** @throws HttpError `CONFLICT` when there is one of that name. */
  async add(id: string): Promise<Tenant> {
    if (this.has(id)) throw new HttpError('CONFLICT', `There is a tenant ${id} already.`);
    const tenant = { id, createdAt: new Date().toISOString() };
    await this.#state.put(['tenant', id], tenant);
    return tenant;
  }

  async remove(id: string): Promise<void> {
    await this.#state.remove(['tenant', id]);
  }
}
