import type { AuditRecord } from '@insightface-ts/audit';
import { Type } from 'typebox';
import { rootTenant } from '../../access/roles.js';
import type { App } from '../app.js';

const text = (maxLength: number) => Type.Optional(Type.String({ minLength: 1, maxLength }));
const RecordJson = Type.Object(
  {
    seq: Type.Integer(),
    time: Type.String(),
    action: Type.String(),
    actor: Type.String(),
    tenant: Type.Optional(Type.String()),
    subject: Type.Optional(Type.String()),
    model: Type.Optional(Type.String()),
    threshold: Type.Optional(Type.Number()),
    score: Type.Optional(Type.Number()),
    outcome: Type.String(),
    requestId: Type.Optional(Type.String()),
    details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    previous: Type.String(),
    hash: Type.String(),
  },
  { $id: 'AuditRecord', title: 'AuditRecord' },
);

const State = Type.Object({
  ok: Type.Boolean(),
  lastVerifiedAt: Type.String(),
  records: Type.Integer(),
  checkpoints: Type.Integer(),
  fault: Type.Optional(Type.Object({ seq: Type.Integer(), reason: Type.String(), message: Type.String() })),
  head: Type.Object({ seq: Type.Integer(), hash: Type.String(), time: Type.String() }),
  key: Type.String({ description: 'Fingerprint of the signing key' }),
  problems: Type.Array(Type.String(), { description: 'What does not work in the background' }),
});

/** What happened, and whether the log is whole. A tenant sees its own records; the root tenant all. */
export function addAudit(app: App): void {
  const { services } = app;
  app.get(
    '/v1/audit',
    {
      config: { role: 'audit' },
      schema: {
        operationId: 'searchAudit',
        summary: 'Records, oldest or newest first',
        tags: ['audit'],
        querystring: Type.Object({
          after: Type.Optional(Type.Integer({ minimum: 0, description: 'Go on behind this record: `next`' })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
          action: text(64),
          actor: text(128),
          subject: Type.Optional(
            Type.String({ minLength: 1, maxLength: 128, description: 'A reference, or the id of a person' }),
          ),
          order: Type.Optional(Type.Enum(['oldest', 'newest'])),
          from: Type.Optional(Type.String({ format: 'date-time' })),
          to: Type.Optional(Type.String({ format: 'date-time' })),
        }),
        response: {
          200: Type.Object({
            records: Type.Array(RecordJson),
            next: Type.Union([Type.Integer(), Type.Null()], { description: 'For `after`; null at the end' }),
          }),
        },
      },
    },
    async ({ access, query }) => {
      const { limit = 100, subject, ...rest } = query;
      const reference =
        subject === undefined || subject.startsWith('ref_')
          ? subject
          : await services.subjects.reference(access.tenant, subject);
      const records: AuditRecord[] = [];
      for await (const record of services.audit.search({
        ...rest,
        ...(reference !== undefined && { subject: reference }),
        ...(access.tenant !== rootTenant && { tenant: access.tenant }),
        limit: limit + 1,
      }))
        records.push(record);
      const page = records.slice(0, limit);
      return { records: page, next: records.length > limit ? (page.at(-1)?.seq ?? null) : null };
    },
  );
  app.get(
    '/v1/audit/state',
    {
      config: { role: 'audit' },
      schema: {
        operationId: 'auditState',
        summary: 'Whether the log is whole, as verified within the last minute',
        tags: ['audit'],
        response: { 200: State },
      },
    },
    async () => {
      const { seq, hash, time, key, problems } = services.audit.head();
      return { ...(await services.chain.state()), head: { seq, hash, time }, key, problems: [...problems] };
    },
  );
}
