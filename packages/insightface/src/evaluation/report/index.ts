export * from './detection-report.js';
export * from './identification-report.js';
export type { ReportOptions } from './page.js';
export * from './verification-report.js';
