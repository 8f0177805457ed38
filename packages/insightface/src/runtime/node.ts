// ONNX Runtime in Node. Its run() blocks the event loop while the network computes; see docs/architecture.md.
import type { InferenceSession } from 'onnxruntime-common';
import { InsightFaceError } from '../errors.js';
import { OrtSession } from './ort-session.js';
import type { Device, Session, SessionOptions } from './session.js';
import { disableTelemetry } from './telemetry.js';

type Ort = typeof import('onnxruntime-node');

/** More than any machine gains by; a pool of thousands takes minutes to start. */
const maxThreads = 256;

let loading: Promise<Ort> | undefined;

function loadOrt(): Promise<Ort> {
  disableTelemetry();
  loading ??= import('onnxruntime-node').catch((cause: unknown) => {
    loading = undefined;
    throw new InsightFaceError(
      'RUNTIME_UNAVAILABLE',
      'ONNX Runtime could not be loaded. Install it beside this library: npm install onnxruntime-node (where its download of CUDA files fails: npm install onnxruntime-node --ignore-scripts).',
      { cause },
    );
  });
  return loading;
}

/**
 * Devices that the installed ONNX Runtime was built for, `cpu` first. Whether drivers are there shows when one is used.
 */
export async function availableDevices(): Promise<Device[]> {
  const backends = (await loadOrt()).listSupportedBackends().map(backend => backend.name);
  return (Object.keys(providers) as Device[]).filter(device => backends.includes(providers[device]));
}

const providers: Record<Device, string> = {
  cpu: 'cpu',
  cuda: 'cuda',
  coreml: 'coreml',
  directml: 'dml',
  webgpu: 'webgpu',
};

/**
 * Makes a network ready to run from the bytes of its ONNX file.
 * @throws InsightFaceError `MODEL_INVALID` when the bytes are no model, `RUNTIME_UNAVAILABLE` when the device
 * asked for is not there.
 */
export async function createSession(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const ort = await loadOrt();
  const device = options.device ?? 'cpu';
  const threads = options.threads ?? 1;
  if (!Number.isInteger(threads) || threads < 1 || threads > maxThreads)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `threads is a whole number from 1 to ${maxThreads}, not ${threads}.`,
    );
  const provider = providers[device];
  if (!ort.listSupportedBackends().some(backend => backend.name === provider))
    throw new InsightFaceError(
      'RUNTIME_UNAVAILABLE',
      `The installed ONNX Runtime has no ${device} backend. Use device "cpu", or install a build that has it.`,
    );
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(model, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
      // Spinning threads burn a second core to win a few percent.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).trim();
    if (device === 'cpu')
      throw new InsightFaceError('MODEL_INVALID', `ONNX Runtime refuses this model: ${reason}`, { cause });
    // What fails on the device and not on the CPU fails for the device: its drivers, mostly.
    await (await createSession(model, { threads })).dispose();
    throw new InsightFaceError(
      'RUNTIME_UNAVAILABLE',
      `The device ${device} cannot be used here: ${reason}. Install its drivers, or use device "cpu".`,
      { cause },
    );
  }
  return new OrtSession(ort.Tensor, session);
}
