// Opens everything a server works with, in order, and closes it in the opposite order.
import { chmod, mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { AuditError, AuditLog } from '@insightface-ts/audit';
import { openKeyRing } from '@insightface-ts/gallery';
import { FaceAnalysisPool, InsightFaceError } from 'insightface-ts';
import { KeyStore } from './access/key-store.js';
import { RateLimiter } from './access/rate-limit.js';
import { TenantStore } from './access/tenants.js';
import { ChainCheck } from './audit/chain-check.js';
import { recorder } from './audit/record.js';
import { SubjectStore } from './audit/subjects.js';
import { describeError } from './errors/describe-error.js';
import { Galleries } from './galleries.js';
import { Jobs } from './jobs/jobs.js';
import { Metrics } from './metrics/metrics.js';
import { defaultLimits, type ServerOptions } from './options.js';
import { PhotoStore } from './photos/photo-store.js';
import { reloadModels } from './reload-models.js';
import type { Services } from './services.js';
import { SettingsStore } from './settings/settings-store.js';
import { StateStore } from './state/state-store.js';
import { Turns } from './turns.js';

/**
 * Opens pool, gallery, audit log and state.
 * @throws InsightFaceError `WRITE_FAILED` for a folder that cannot be written, `PACK_INVALID` for a pack without a
 * recogniser, and what the parts throw; `WRITE_FAILED` when another server uses the folder.
 */
export async function openServices(
  options: ServerOptions,
): Promise<{ services: Services; close(): Promise<void> }> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    return { services: await openAll(options, end => closers.push(end)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openAll(
  options: ServerOptions,
  onClose: (end: () => Promise<void> | void) => void,
): Promise<Services> {
  const folder = await makeFolder(options.data);
  const limits = { ...defaultLimits, ...options.limits };
  // First, since only one server may write to it: it is the folder's lock.
  const audit = await openAudit(folder, options);
  onClose(() => audit.close());
  const state = StateStore.open(folder);
  onClose(() => state.close());
  const pool = await FaceAnalysisPool.create({
    maxPixels: limits.pixels,
    maxQueue: limits.queue * (options.workers ?? availableParallelism()),
    ...(options.pack !== undefined && { pack: options.pack }),
    ...(options.include && { include: options.include }),
    ...(options.workers !== undefined && { workers: options.workers }),
    ...(options.offline !== undefined && { offline: options.offline }),
    ...(options.onNotice && { onNotice: options.onNotice }),
  });
  onClose(() => pool.dispose());
  if (!pool.recognizer)
    throw new InsightFaceError('PACK_INVALID', 'The pack has no recogniser. Choose one that has.');
  const galleries = new Galleries(
    options.database ?? join(folder, 'gallery'),
    pool,
    options.masterKeyFile === undefined ? undefined : await openKeyRing({ file: options.masterKeyFile }),
  );
  onClose(() => galleries.close());
  if (options.masterKeyFile === undefined)
    options.onNotice?.('Templates and photos are not encrypted at rest. To encrypt them, give a master key.');
  const gallery = (tenant: string) => galleries.get(tenant);
  const tenants = new TenantStore(state);
  const keys = new KeyStore(state);
  await tenants.begin();
  const subjects = new SubjectStore(state);
  const metrics = new Metrics();
  metrics.watchPool(pool);
  onClose(() => metrics.close());
  const jobs = new Jobs(describeError);
  onClose(() => jobs.close());
  const turns = new Turns();
  return {
    options,
    limits,
    pool,
    galleries: gallery,
    audit,
    chain: new ChainCheck(audit, options.auditAnchor),
    record: recorder(audit, subjects),
    keys,
    limiter: new RateLimiter(state),
    tenants,
    subjects,
    photos: new PhotoStore(join(folder, 'photos'), gallery),
    settings: new SettingsStore(state),
    jobs,
    metrics,
    reloadModels: pack => reloadModels(pool, pack),
    exclusively: (tenant, work) => turns.take(tenant, work),
  };
}

async function openAudit(
  folder: string,
  { auditAnchor, auditRetentionDays }: ServerOptions,
): Promise<AuditLog> {
  try {
    return await AuditLog.open(join(folder, 'audit'), {
      ...(auditAnchor !== undefined && { anchor: auditAnchor }),
      ...(auditRetentionDays !== undefined && { retentionDays: auditRetentionDays }),
    });
  } catch (cause) {
    if (!(cause instanceof AuditError && cause.code === 'AUDIT_LOCKED')) throw cause;
    throw new InsightFaceError(
      'WRITE_FAILED',
      `Another server uses the folder ${folder}. Stop it, or choose another with --data.`,
      { cause },
    );
  }
}

/** Nobody else on this machine reads what lies there. */
async function makeFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    return folder;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InsightFaceError('WRITE_FAILED', `The folder ${folder} cannot be made or written: ${reason}`, {
      cause,
    });
  }
}
