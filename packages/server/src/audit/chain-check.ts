// Whether the audit log is whole. Reading all of it takes a second for some ten thousand records: once a minute is enough.
import { type AuditLog, type VerifyOptions, verifyAudit } from '@insightface-ts/audit';

export interface ChainState {
  readonly ok: boolean;
  /** ISO 8601. */
  readonly lastVerifiedAt: string;
  readonly records: number;
  readonly checkpoints: number;
  /** What is wrong first. */
  readonly fault?: { readonly seq: number; readonly reason: string; readonly message: string };
}

const validMs = 60_000;

export class ChainCheck {
  readonly #audit: AuditLog;
  readonly #options: VerifyOptions;
  #last: { readonly at: number; readonly state: Promise<ChainState> } | undefined;

  constructor(audit: AuditLog, anchor: string | undefined) {
    this.#audit = audit;
    this.#options = anchor === undefined ? {} : { anchor };
  }

  /** The last check, or a new one when that is older than a minute. */
  state(): Promise<ChainState> {
    const now = Date.now();
    if (this.#last && now - this.#last.at < validMs) return this.#last.state;
    const state = this.#verify();
    this.#last = { at: now, state };
    state.catch(() => {
      this.#last = undefined;
    });
    return state;
  }

  async #verify(): Promise<ChainState> {
    const result = await verifyAudit(this.#audit.folder, this.#options);
    const lastVerifiedAt = new Date().toISOString();
    if (result.ok) {
      const { records, checkpoints } = result;
      return { ok: true, lastVerifiedAt, records, checkpoints };
    }
    const { seq, reason, message } = result;
    return { ok: false, lastVerifiedAt, records: seq, checkpoints: 0, fault: { seq, reason, message } };
  }
}
