export * from './detection-report.js';
export * from './identification-report.js';
export type { ReportOptions } from './page.js';
export * as reportParts from './parts.js';
export * from './verification-report.js';
