export { type Access, type Role, type RouteRole, roles } from './access/roles.js';
export { defaultLimits, type ServerLimits, type ServerOptions } from './options.js';
export { createServer } from './server.js';
export type { Services } from './services.js';
export type { Settings } from './settings/settings.js';
export { type RunningServer, startServer } from './start.js';
