// Spans as an SDK would get them.
import { context, ROOT_CONTEXT, type Span, type SpanOptions, type Tracer, trace } from '@opentelemetry/api';
import fastify from 'fastify';
import { afterAll, describe, expect, it } from 'vitest';
import { addTracing } from './tracing.js';

interface Recorded {
  readonly name: string;
  readonly attributes: Record<string, unknown>;
  ended: boolean;
}

const spans: Recorded[] = [];
const tracer = {
  startSpan(name: string, { attributes = {} }: SpanOptions = {}): Span {
    const recorded: Recorded = { name, attributes: { ...attributes }, ended: false };
    spans.push(recorded);
    const silent = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 });
    return Object.assign(Object.create(silent) as Span, {
      setAttribute: (key: string, value: unknown) => {
        recorded.attributes[key] = value;
      },
      end: () => {
        recorded.ended = true;
      },
    });
  },
} as Pick<Tracer, 'startSpan'> as Tracer;

afterAll(() => trace.disable());

describe('tracing', () => {
  it('tells of each request by route, status and id, and nothing personal', async () => {
    trace.setGlobalTracerProvider({ getTracer: () => tracer });
    const app = fastify();
    addTracing(app, '0.1.0');
    app.get('/people/:name', () => 'ok');
    await context.with(ROOT_CONTEXT, () => app.inject('/people/Ada?search=Lovelace'));
    await app.close();
    expect(spans).toEqual([
      {
        name: 'GET /people/:name',
        attributes: {
          'http.request.method': 'GET',
          'http.route': '/people/:name',
          'http.response.status_code': 200,
          'insightface.request_id': expect.any(String),
        },
        ended: true,
      },
    ]);
  });
});
