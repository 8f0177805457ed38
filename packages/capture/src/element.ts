// <insight-face-capture>: guides one face into the camera's picture and gives its best frame.
import { CaptureError, closeCamera, openCamera } from './camera.js';
import { brightnessOf, contextOf, grabFrame, toJpeg } from './frame.js';
import { type CaptureFace, type Hint, type Judgement, judge } from './guidance.js';
import { say } from './messages.js';
import { createView } from './view.js';

/** Finds the faces of a frame: a `FaceAnalysis` or `WorkerFaceAnalysis`, or anything with such a `get`. */
export interface FrameAnalysis {
  get(frame: HTMLCanvasElement): Promise<readonly CaptureFace[]>;
}

/** What the event `capture` brings. */
export interface CaptureDetail {
  /** JPEG of the whole frame, as the camera saw it. */
  readonly blob: Blob;
  readonly face: CaptureFace;
  /** Unit length; absent where the analysis makes none. */
  readonly embedding?: Float32Array;
  /** Of the frame, in pixels. */
  readonly width: number;
  readonly height: number;
}

interface GoodFrame {
  readonly frame: HTMLCanvasElement;
  readonly face: CaptureFace;
  /** When it was judged, in milliseconds of `performance.now()`. */
  readonly at: number;
}

type State = 'idle' | 'starting' | 'running' | 'done' | 'failed';

/** A face must have been good for so long, in milliseconds, before `auto` takes the picture. */
const holdTime = 600;
/** A frame older than this is no longer the person in front of the camera. */
const freshTime = 1000;
const defaultMinQuality = 0.4;

/**
 * A camera that guides one face into an oval and returns the best frame.
 *
 * Attributes: `pack-url`, `facing-mode` (`user`, `environment`), `min-quality` (0 to 1, default 0.4), `auto`, `lang`.
 * Events: `capture` ({@link CaptureDetail}), `guidance` ({@link Judgement}), `capture-error` (`{ code, message }`).
 * @example
 * <insight-face-capture pack-url="/models/open/" auto></insight-face-capture>
 */
export class FaceCaptureElement extends HTMLElement {
  readonly #view = createView(this.attachShadow({ mode: 'open' }));
  #state: State = 'idle';
  #stream: MediaStream | undefined;
  #analysis: FrameAnalysis | undefined;
  /** Made from `pack-url`, and so ended with the element. */
  #own: Promise<FrameAnalysis & { dispose(): Promise<void> }> | undefined;
  /** Raised by each start and stop: what was begun before has no say any more. */
  #turn = 0;
  #best: GoodFrame | undefined;
  #goodSince = 0;
  #lastHint: Hint | undefined;

  constructor() {
    super();
    this.#view.button.addEventListener('click', () => this.#press());
  }

  connectedCallback(): void {
    this.#show('idle', 'idle');
  }

  disconnectedCallback(): void {
    this.stop();
    this.#own?.then(
      own => own.dispose(),
      () => undefined,
    );
    this.#own = undefined;
  }

  /** Finds faces in place of a pack at `pack-url`. Whoever made it disposes of it. */
  get analysis(): FrameAnalysis | undefined {
    return this.#analysis;
  }
  set analysis(analysis: FrameAnalysis | undefined) {
    this.#analysis = analysis;
  }

  get facingMode(): string {
    return this.getAttribute('facing-mode') ?? 'user';
  }
  set facingMode(mode: string) {
    this.setAttribute('facing-mode', mode);
  }

  /** Lowest quality of a picture that is taken, 0 to 1. */
  get minQuality(): number {
    const value = Number(this.getAttribute('min-quality') ?? defaultMinQuality);
    return value >= 0 && value <= 1 ? value : defaultMinQuality;
  }
  set minQuality(value: number) {
    this.setAttribute('min-quality', String(value));
  }

  /** Takes the picture by itself. */
  get auto(): boolean {
    return this.hasAttribute('auto');
  }
  set auto(auto: boolean) {
    this.toggleAttribute('auto', auto);
  }

  /** Starts the camera and the guidance. What fails is shown, and told by `capture-error`. */
  async start(): Promise<void> {
    this.stop();
    const turn = ++this.#turn;
    this.#show('starting', 'starting');
    try {
      const stream = await openCamera(this.facingMode);
      if (turn !== this.#turn) return closeCamera(stream);
      this.#stream = stream;
      const { video } = this.#view;
      video.classList.toggle('mirrored', this.facingMode === 'user');
      video.srcObject = stream;
      await video.play();
      const analysis = await this.#ready();
      if (turn !== this.#turn) return;
      this.#show('running', 'no-face');
      await this.#guide(analysis, turn);
    } catch (error) {
      if (turn === this.#turn) this.#fail(error);
    }
  }

  /** Stops the camera. */
  stop(): void {
    this.#turn++;
    closeCamera(this.#stream);
    this.#stream = undefined;
    this.#view.video.srcObject = null;
    this.#best = undefined;
    this.#goodSince = 0;
    this.#lastHint = undefined;
    this.#show('idle', 'idle');
  }

  /**
   * Takes the best frame of the moment, stops the camera, and tells it by the event `capture`.
   * @throws Error when no frame is good enough yet.
   */
  async capture(): Promise<CaptureDetail> {
    const best = this.#best;
    if (!best) throw new Error('No frame is good enough yet. Wait for the hint "ready".');
    this.stop();
    const { frame, face } = best;
    const { picture } = this.#view;
    picture.width = frame.width;
    picture.height = frame.height;
    contextOf(picture).drawImage(frame, 0, 0);
    picture.classList.toggle('mirrored', this.facingMode === 'user');
    this.#show('done', 'done');
    const { normedEmbedding: embedding } = face;
    const { width, height } = frame;
    const detail = { blob: await toJpeg(frame), face, width, height, ...(embedding && { embedding }) };
    this.#tell('capture', detail satisfies CaptureDetail);
    return detail;
  }

  #press(): void {
    if (this.#state === 'running') void this.capture();
    else void this.start();
  }

  async #ready(): Promise<FrameAnalysis> {
    if (this.#analysis) return this.#analysis;
    this.#own ??= this.#fromPack();
    const own = this.#own;
    own.catch(() => {
      if (this.#own === own) this.#own = undefined;
    });
    return own;
  }

  async #fromPack() {
    const pack = this.getAttribute('pack-url');
    if (pack === null)
      throw new CaptureError('ANALYSIS_FAILED', 'Set the attribute pack-url, or the property analysis.');
    const { WorkerFaceAnalysis } = await import('insightface-ts/web');
    const own = await WorkerFaceAnalysis.create({ pack, tasks: ['landmark', 'recognition'] });
    await own.warmup();
    return own;
  }

  async #guide(analysis: FrameAnalysis, turn: number): Promise<void> {
    let before: CaptureFace | undefined;
    while (turn === this.#turn) {
      const frame = grabFrame(this.#view.video);
      const faces = await analysis.get(frame);
      if (turn !== this.#turn) return;
      const judgement = judge(faces, frame, face => brightnessOf(frame, face), this.minQuality, before);
      before = judgement.face;
      this.#follow(judgement, frame);
      // The camera shows a new picture then, and a page in the background rests.
      await new Promise(requestAnimationFrame);
    }
  }

  #follow(judgement: Judgement, frame: HTMLCanvasElement): void {
    const { hint, face } = judgement;
    if (hint === 'ready' && face) {
      const at = performance.now();
      this.#goodSince ||= at;
      const best = this.#best;
      if (!best || at - best.at > freshTime || face.quality >= best.face.quality)
        this.#best = { frame, face, at };
    } else {
      this.#goodSince = 0;
      this.#best = undefined;
    }
    this.#tell('guidance', judgement);
    // A hint that comes and goes within a frame would only confuse.
    if (hint === this.#lastHint || hint === 'ready')
      this.#show('running', this.auto && hint === 'ready' ? 'hold-still' : hint);
    this.#lastHint = hint;
    if (this.auto && this.#goodSince > 0 && performance.now() - this.#goodSince >= holdTime)
      void this.capture();
  }

  #fail(error: unknown): void {
    this.stop();
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof CaptureError ? error.code : 'ANALYSIS_FAILED';
    this.#show('failed', code);
    this.#tell('capture-error', { code, message });
  }

  #show(state: State, text: Parameters<typeof say>[0]): void {
    this.#state = state;
    const { stage, picture, oval, message, button, video } = this.#view;
    const language = this.closest<HTMLElement>('[lang]')?.lang ?? navigator.language;
    const ready = this.#best !== undefined;
    stage.dataset['state'] = ready && state === 'running' ? 'ready' : state;
    picture.hidden = state !== 'done';
    oval.hidden = state !== 'running' && state !== 'starting';
    video.ariaLabel = say('picture', language);
    const line = say(text, language);
    // The same words again would be read out again.
    if (message.textContent !== line) message.textContent = line;
    const names = {
      idle: 'start',
      starting: 'start',
      running: 'take',
      done: 'again',
      failed: 'retry',
    } as const;
    button.textContent = say(names[state], language);
    button.disabled = state === 'starting' || (state === 'running' && !ready);
    button.hidden = state === 'running' && this.auto;
  }

  #tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}
