// ONNX Runtime in a browser: WebAssembly on the calling thread and its helpers, or WebGPU.
import type { InferenceSession } from 'onnxruntime-common';
import { InsightFaceError } from '../errors.js';
import { OrtSession } from '../runtime/ort-session.js';
import { type OpenOptions, prepareModel } from '../runtime/prepare.js';
import type { Session } from '../runtime/session.js';
import { folderUrl } from './address.js';

type Ort = typeof import('onnxruntime-web/wasm');

/** Where networks run in a browser. */
export type WebDevice = 'cpu' | 'webgpu';

export interface WebSessionOptions extends Omit<OpenOptions, 'device'> {
  /** Default `cpu`, that is WebAssembly. `webgpu` where the browser has none is an error. */
  readonly device?: WebDevice;
  /**
   * Threads of all networks; the first session decides. More than 1 only in a worker, or where `wasmPaths` is set. Default
   * there: half the cores, at most 4, where the page is cross-origin isolated, else 1.
   */
  readonly threads?: number;
  /** Address of a folder with the `.wasm` and `.mjs` files of onnxruntime-web, where the bundler does not place them. */
  readonly wasmPaths?: string;
  readonly onNotice?: ((text: string) => void) | undefined;
}

const maxThreads = 64;

/** Each build of ONNX Runtime that was loaded, with its threads. */
const runtimes = new Map<WebDevice, { readonly ort: Promise<Ort>; readonly threads: number }>();

/** What was asked of ONNX Runtime last: a WebAssembly instance does one thing at a time. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Opens an ONNX model, rewritten as in Node.
 * @throws InsightFaceError `MODEL_INVALID`, `RUNTIME_UNAVAILABLE`, `INVALID_ARGUMENT`.
 */
export async function openSession(bytes: Uint8Array, options: WebSessionOptions = {}): Promise<Session> {
  const ort = await startRuntime(options);
  const { device = 'cpu' } = options;
  let session: InferenceSession;
  try {
    session = await inTurn(() =>
      ort.InferenceSession.create(prepareModel(bytes, options), {
        executionProviders: [device === 'cpu' ? 'wasm' : 'webgpu'],
        graphOptimizationLevel: 'all',
        logSeverityLevel: 4,
      }),
    );
  } catch (cause) {
    if (cause instanceof InsightFaceError) throw cause;
    throw new InsightFaceError(
      'MODEL_INVALID',
      `ONNX Runtime refuses this model: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  const opened = new OrtSession(ort.Tensor, session);
  return {
    inputs: opened.inputs,
    outputs: opened.outputs,
    run: feeds => inTurn(() => opened.run(feeds)),
    dispose: () => inTurn(() => opened.dispose()),
  };
}

/** Loads ONNX Runtime, so that what is missing shows before a model is fetched. */
export async function startRuntime({
  device = 'cpu',
  threads,
  wasmPaths,
  onNotice,
}: WebSessionOptions): Promise<Ort> {
  if (device !== 'cpu' && device !== 'webgpu')
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `In a browser device is cpu or webgpu, not ${String(device)}.`,
    );
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= maxThreads))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `threads is a whole number from 1 to ${maxThreads}, not ${threads}.`,
    );
  if (device === 'webgpu' && !(await hasWebGpu()))
    throw new InsightFaceError('RUNTIME_UNAVAILABLE', 'This browser has no WebGPU here. Use device "cpu".');
  const running = runtimes.get(device);
  if (running) {
    if (threads !== undefined && crossOriginIsolated && threads !== running.threads)
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `ONNX Runtime has ${running.threads} threads here already, and keeps them. Name no other number.`,
      );
    return running.ort;
  }
  const usable = usableThreads(threads, wasmPaths, onNotice);
  const ort = loadOrt(device, usable, wasmPaths);
  runtimes.set(device, { ort, threads: usable });
  ort.catch(() => runtimes.delete(device));
  return ort;
}

async function loadOrt(device: WebDevice, threads: number, wasmPaths: string | undefined): Promise<Ort> {
  try {
    const ort = await (device === 'cpu' ? import('onnxruntime-web/wasm') : import('onnxruntime-web/webgpu'));
    ort.env.logLevel = 'error';
    ort.env.wasm.numThreads = threads;
    if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = folderUrl(wasmPaths).href;
    return ort;
  } catch (cause) {
    throw new InsightFaceError(
      'RUNTIME_UNAVAILABLE',
      'ONNX Runtime could not be loaded. Install it beside this library: npm install onnxruntime-web.',
      { cause },
    );
  }
}

async function hasWebGpu(): Promise<boolean> {
  // TypeScript's own types have no WebGPU yet in every version.
  const gpu: unknown = Reflect.get(navigator, 'gpu');
  if (typeof gpu !== 'object' || gpu === null || !('requestAdapter' in gpu)) return false;
  const { requestAdapter } = gpu;
  if (typeof requestAdapter !== 'function') return false;
  return Boolean(await requestAdapter.call(gpu).catch(() => null));
}

/** ONNX Runtime starts its threads from the script that it is in: a page's bundle would run anew in each of them. */
function usableThreads(
  threads: number | undefined,
  wasmPaths: string | undefined,
  onNotice: WebSessionOptions['onNotice'],
): number {
  const inBundle = typeof document !== 'undefined' && wasmPaths === undefined;
  if (inBundle && threads !== undefined && threads > 1)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'In the page itself networks run on one thread. Use WorkerFaceAnalysis, or set wasmPaths.',
    );
  if (threads === 1 || inBundle) return 1;
  if (crossOriginIsolated)
    return threads ?? Math.max(1, Math.min(4, Math.floor(navigator.hardwareConcurrency / 2)));
  onNotice?.(
    'Networks run on one thread, because the page is not cross-origin isolated. For more, serve it with the headers "Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp".',
  );
  return 1;
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work, work);
  last = result;
  return result;
}
