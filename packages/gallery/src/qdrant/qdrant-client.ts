// The official client, loaded when it is asked for, with failures in this library's codes.
import type { QdrantClient } from '@qdrant/js-client-rest';
import { InsightFaceError } from 'insightface-ts';

export interface QdrantPlace {
  readonly client: QdrantClient;
  /** Address without the key. */
  readonly location: string;
}

const defaultPort = 6333;
/** Upserts that only insert, which keep names unique, came with this version. */
const oldestServer = [1, 17] as const;
const timeoutMs = 60_000;

/**
 * Connects to `qdrant://host:port` or, with TLS, `qdrants://:api-key@host:port`.
 * @throws InsightFaceError `INVALID_ARGUMENT`, `STORE_UNAVAILABLE`.
 */
export async function connectQdrant(address: string): Promise<QdrantPlace> {
  // Other schemes than http hide host and port from the parser of addresses.
  const http = address.replace(/^qdrants:/i, 'https:').replace(/^qdrant:/i, 'http:');
  if (!URL.canParse(http))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'The address of Qdrant does not read. Write qdrant://host:port, or qdrants://:api-key@host:port with TLS.',
    );
  const url = new URL(http);
  const secure = url.protocol === 'https:';
  const { QdrantClient } = await loadClient();
  const port = Number(url.port || defaultPort);
  const prefix = url.pathname.replace(/\/$/, '');
  const location = `${secure ? 'qdrants' : 'qdrant'}://${url.hostname}:${port}${prefix}`;
  const client = new QdrantClient({
    host: url.hostname,
    port,
    https: secure,
    timeout: timeoutMs,
    checkCompatibility: false,
    ...(prefix && { prefix }),
    ...(url.password && { apiKey: decodeURIComponent(url.password) }),
  });
  const { version } = await answered(location, client.versionInfo());
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < oldestServer[0] || (major === oldestServer[0] && minor < oldestServer[1]))
    throw new InsightFaceError(
      'STORE_UNAVAILABLE',
      `${location} is Qdrant ${version}; ${oldestServer.join('.')} or later is needed. Update it.`,
    );
  return { client, location };
}

async function loadClient() {
  try {
    return await import('@qdrant/js-client-rest');
  } catch (cause) {
    throw new InsightFaceError(
      'STORE_UNAVAILABLE',
      'The client of Qdrant is not installed. Run: npm install @qdrant/js-client-rest',
      { cause },
    );
  }
}

/**
 * The answer of a request.
 * @throws InsightFaceError `STORE_UNAVAILABLE`, `WRITE_FAILED`, `GALLERY_INVALID`.
 */
export async function answered<T>(location: string, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (cause) {
    const status = cause instanceof Error && 'status' in cause ? Number(cause.status) : 0;
    const reason = reasonOf(cause);
    if (status === 507)
      throw new InsightFaceError('WRITE_FAILED', `${location} cannot write: ${reason}. Free space.`, {
        cause,
      });
    if (status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status))
      throw new InsightFaceError(
        'GALLERY_INVALID',
        `${location} refused: ${reason}. The collection is not as this library made it; restore it from a snapshot.`,
        { cause },
      );
    throw new InsightFaceError(
      'STORE_UNAVAILABLE',
      `${location} does not answer: ${reason}. Check that Qdrant runs and takes this key; then try again.`,
      { cause },
    );
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message;
}
