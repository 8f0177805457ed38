// The camera, and what keeps it from us.

/** Why there is no picture. */
export type CameraErrorCode =
  | 'CAMERA_DENIED'
  | 'NO_CAMERA'
  | 'CAMERA_BUSY'
  | 'CAMERA_UNSUPPORTED'
  | 'ANALYSIS_FAILED';

/** An error with a code that tells what a person can do. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly code: CameraErrorCode;

  constructor(code: CameraErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const codes: Readonly<Record<string, CameraErrorCode>> = {
  NotAllowedError: 'CAMERA_DENIED',
  SecurityError: 'CAMERA_DENIED',
  NotFoundError: 'NO_CAMERA',
  OverconstrainedError: 'NO_CAMERA',
};

/**
 * Asks for the camera.
 * @throws CaptureError
 */
export async function openCamera(facingMode: string): Promise<MediaStream> {
  // Pages that are not secure have none.
  if (!('mediaDevices' in navigator))
    throw new CaptureError('CAMERA_UNSUPPORTED', 'Cameras need a page by https or from localhost.');
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { facingMode, width: { ideal: 1280 }, height: { ideal: 960 } },
      audio: false,
    });
  } catch (cause) {
    const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
    throw new CaptureError(codes[name] ?? 'CAMERA_BUSY', `The camera does not start: ${message || name}`, {
      cause,
    });
  }
}

/** Frees the camera; its light goes out. */
export function closeCamera(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
