// Everything that routes work with, made once when the server starts.
import type { AuditEvent, AuditLog } from '@insightface-ts/audit';
import type { Gallery } from '@insightface-ts/gallery';
import type { FastifyRequest } from 'fastify';
import type { FaceAnalysisPool } from 'insightface-ts';
import type { KeyStore } from './access/key-store.js';
import type { RateLimiter } from './access/rate-limit.js';
import type { TenantStore } from './access/tenants.js';
import type { ChainCheck } from './audit/chain-check.js';
import type { SubjectStore } from './audit/subjects.js';
import type { Jobs } from './jobs/jobs.js';
import type { Metrics } from './metrics/metrics.js';
import type { ServerLimits, ServerOptions } from './options.js';
import type { PhotoStore } from './photos/photo-store.js';
import type { SettingsStore } from './settings/settings-store.js';

/** What a route tells of a decision or a change; the request adds who, when and on whose behalf. */
export type AuditEntry = Omit<AuditEvent, 'actor' | 'tenant' | 'requestId' | 'subject'> & {
  /** Id of the person; the log gets a reference in its place. */
  readonly personId?: string;
};

export interface Services {
  readonly options: ServerOptions;
  readonly limits: ServerLimits;
  readonly pool: FaceAnalysisPool;
  /** The gallery of a tenant, opened when it is first asked for. */
  readonly galleries: (tenant: string) => Promise<Gallery>;
  /**
   * Loads the pack anew, or another.
   * @throws HttpError `CONFLICT` when its recogniser is another: the models are as before then.
   */
  readonly reloadModels: (pack?: string) => Promise<void>;
  readonly audit: AuditLog;
  readonly chain: ChainCheck;
  /** Appends to the audit log and resolves when that is on the disk: wait for it before answering. */
  readonly record: (request: FastifyRequest, entry: AuditEntry) => Promise<void>;
  readonly keys: KeyStore;
  readonly limiter: RateLimiter;
  readonly tenants: TenantStore;
  readonly subjects: SubjectStore;
  readonly photos: PhotoStore;
  readonly settings: SettingsStore;
  readonly jobs: Jobs;
  readonly metrics: Metrics;
  /** Runs changes of one tenant's people one after another. */
  readonly exclusively: <T>(tenant: string, work: () => Promise<T>) => Promise<T>;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly services: Services;
  }
}
