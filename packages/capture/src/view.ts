// What the element shows: the camera's picture, an oval over it, a line of text, a button.

const style = `
:host { display: block; color-scheme: light dark; color: var(--capture-color, CanvasText); font: inherit; }
:host([hidden]) { display: none; }
.stage { position: relative; aspect-ratio: 4 / 3; overflow: hidden; border-radius: var(--capture-radius, 12px);
  background: var(--capture-background, #1c1f24); }
video, canvas { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: cover; }
.mirrored { transform: scaleX(-1); }
.oval { position: absolute; left: 50%; top: 50%; height: 76%; aspect-ratio: 3 / 4; translate: -50% -50%;
  box-sizing: border-box; border: 4px solid #fff; border-radius: 50%; box-shadow: 0 0 0 100vmax rgb(0 0 0 / 0.45);
  transition: border-color 0.2s; }
.stage[data-state='ready'] .oval { border-color: var(--capture-accent, #2ecc71); }
.message { min-height: 1.5em; margin: 0.75em 0; text-align: center; font-size: 1.1em; }
button { display: block; margin: 0 auto; padding: 0.7em 1.4em; border: 0; border-radius: 999px; font: inherit; font-weight: 600;
  color: #06210f; background: var(--capture-accent, #2ecc71); cursor: pointer; }
button:disabled { opacity: 0.45; cursor: default; }
button:focus-visible { outline: 3px solid currentcolor; outline-offset: 3px; }
[hidden] { display: none; }
@media (prefers-reduced-motion: reduce) { .oval { transition: none; } }
@media (forced-colors: active) { button { border: 1px solid; } }
`;

const template = `
<div class="stage" part="stage">
  <video part="video" playsinline muted></video>
  <canvas part="picture" hidden></canvas>
  <div class="oval" part="oval"></div>
</div>
<p class="message" part="message" role="status" aria-live="polite"></p>
<button type="button" part="button"></button>
`;

export interface View {
  readonly stage: HTMLElement;
  readonly video: HTMLVideoElement;
  readonly picture: HTMLCanvasElement;
  readonly oval: HTMLElement;
  readonly message: HTMLElement;
  readonly button: HTMLButtonElement;
}

export function createView(root: ShadowRoot): View {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  root.innerHTML = template;
  const find = <Kind extends Element>(selector: string, kind: new () => Kind): Kind => {
    const element = root.querySelector(selector);
    if (!(element instanceof kind)) throw new Error(`The template lacks ${selector}.`);
    return element;
  };
  return {
    stage: find('.stage', HTMLElement),
    video: find('video', HTMLVideoElement),
    picture: find('canvas', HTMLCanvasElement),
    oval: find('.oval', HTMLElement),
    message: find('.message', HTMLElement),
    button: find('button', HTMLButtonElement),
  };
}
