// Defines <insight-face-capture>.
import { FaceCaptureElement } from './element.js';

export { type CameraErrorCode, CaptureError } from './camera.js';
export { type CaptureDetail, FaceCaptureElement, type FrameAnalysis } from './element.js';
export type { CaptureFace, Hint, Judgement } from './guidance.js';

declare global {
  interface HTMLElementTagNameMap {
    'insight-face-capture': FaceCaptureElement;
  }
}

if (!customElements.get('insight-face-capture'))
  customElements.define('insight-face-capture', FaceCaptureElement);
