// What the element says, in English and Chinese.
import type { CameraErrorCode } from './camera.js';
import type { Hint } from './guidance.js';

type Text =
  | Hint
  | CameraErrorCode
  | 'idle'
  | 'starting'
  | 'done'
  | 'start'
  | 'take'
  | 'again'
  | 'retry'
  | 'picture';

const english: Readonly<Record<Text, string>> = {
  'no-face': 'Bring your face into the oval.',
  'many-faces': 'Only one face, please.',
  'too-far': 'Come closer.',
  'too-near': 'Move back a little.',
  'off-center': 'Move to the middle of the oval.',
  'too-dark': 'It is too dark. Turn towards the light.',
  'look-straight': 'Look straight into the camera.',
  'low-quality': 'The picture is not clear yet. Clean the lens or find more light.',
  'hold-still': 'Hold still.',
  ready: 'Good.',
  idle: 'The camera is off.',
  starting: 'Starting…',
  done: 'Done.',
  start: 'Start the camera',
  take: 'Take the picture',
  again: 'Take another',
  retry: 'Try again',
  picture: 'Camera picture',
  CAMERA_DENIED: 'The camera was refused. Allow it in the browser’s settings for this site, then try again.',
  NO_CAMERA: 'No camera was found. Connect one, then try again.',
  CAMERA_BUSY: 'The camera cannot be used now. Close other programs that use it, then try again.',
  CAMERA_UNSUPPORTED: 'This page cannot use a camera. Open it by https.',
  ANALYSIS_FAILED: 'Faces cannot be recognised here.',
};

const chinese: Readonly<Record<Text, string>> = {
  'no-face': '请将脸部移入椭圆框内。',
  'many-faces': '画面中只能有一张脸。',
  'too-far': '请靠近一些。',
  'too-near': '请稍微后退。',
  'off-center': '请移到椭圆框中央。',
  'too-dark': '光线太暗，请面向光源。',
  'look-straight': '请正视摄像头。',
  'low-quality': '画面还不够清晰，请擦拭镜头或增加光线。',
  'hold-still': '请保持不动。',
  ready: '很好。',
  idle: '摄像头已关闭。',
  starting: '正在启动…',
  done: '完成。',
  start: '打开摄像头',
  take: '拍照',
  again: '重新拍摄',
  retry: '重试',
  picture: '摄像头画面',
  CAMERA_DENIED: '摄像头权限被拒绝。请在浏览器的网站设置中允许使用摄像头，然后重试。',
  NO_CAMERA: '未找到摄像头。请连接摄像头后重试。',
  CAMERA_BUSY: '摄像头暂时无法使用。请关闭正在使用它的程序后重试。',
  CAMERA_UNSUPPORTED: '此页面无法使用摄像头，请通过 https 打开。',
  ANALYSIS_FAILED: '无法在此识别人脸。',
};

/** A text in the language of a tag such as `zh-CN`; English for any other than Chinese. */
export function say(text: Text, language: string): string {
  return (/^zh\b/i.test(language) ? chinese : english)[text];
}
