/**
 * ONNX Runtime's ready builds keep a device id and report to their maker, unless this variable is set before they are
 * loaded. They read the environment of the process: a worker thread has a copy of it that they do not see, so whoever
 * starts workers calls this first.
 */
export function disableTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
}
