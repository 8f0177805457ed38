import { t } from './language.svelte.js';

/** The camera of the machine, while it is on. */
export class Camera {
  readonly #stream: MediaStream;

  private constructor(stream: MediaStream) {
    this.#stream = stream;
  }

  /** Asks for the camera. */
  static async start(): Promise<Camera> {
    // Browsers give the camera to pages from https: or from this machine alone.
    if (!navigator.mediaDevices) throw new Error(t('cameraNeedsHttps'));
    try {
      const video = { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: 'user' };
      return new Camera(await navigator.mediaDevices.getUserMedia({ video }));
    } catch (cause) {
      const isDenied = cause instanceof DOMException && cause.name === 'NotAllowedError';
      throw new Error(t(isDenied ? 'cameraDenied' : 'cameraMissing'), { cause });
    }
  }

  async show(video: HTMLVideoElement): Promise<void> {
    video.srcObject = this.#stream;
    await video.play();
  }

  stop(): void {
    for (const track of this.#stream.getTracks()) track.stop();
  }

  /** What the video shows now, as a JPEG. */
  async photo(video: HTMLVideoElement): Promise<File> {
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext('2d')?.drawImage(video, 0, 0);
    const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/jpeg', 0.92));
    if (!blob) throw new Error(t('cameraMissing'));
    return new File([blob], `camera-${Date.now()}.jpg`, { type: blob.type });
  }
}
