// English and Chinese. A text that is missing in a language does not compile.
import { chinese } from './chinese.js';
import { english } from './english.js';

export type Texts = typeof english;
export type TextName = keyof Texts;

const languages: Record<'en' | 'zh', Texts> = { en: english, zh: chinese };
const storageName = 'insightface.language';

class Language {
  code = $state<'en' | 'zh'>(preferred());

  choose(code: 'en' | 'zh'): void {
    this.code = code;
    localStorage.setItem(storageName, code);
    document.documentElement.lang = code;
  }
}

function preferred(): 'en' | 'zh' {
  const stored = localStorage.getItem(storageName);
  const wanted = stored ?? navigator.language;
  return wanted.startsWith('zh') ? 'zh' : 'en';
}

export const language = new Language();
document.documentElement.lang = language.code;

/** The text of a name; `{0}`, `{1}` are replaced by the values. */
export function t(name: TextName, ...values: readonly (string | number)[]): string {
  return languages[language.code][name].replace(/\{(\d)\}/g, (_, index: string) =>
    String(values[Number(index)] ?? ''),
  );
}

export function formatTime(iso: string): string {
  return new Date(iso).toLocaleString(language.code, { dateStyle: 'medium', timeStyle: 'short' });
}

export function formatDay(iso: string): string {
  return new Date(iso).toLocaleDateString(language.code, { dateStyle: 'medium' });
}

export function formatNumber(value: number, digits = 0): string {
  return value.toLocaleString(language.code, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

export function formatPercent(share: number, digits = 1): string {
  return share.toLocaleString(language.code, { style: 'percent', maximumFractionDigits: digits });
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${formatNumber(bytes / 1000 ** power, power > 0 ? 1 : 0)} ${units[power]}`;
}
