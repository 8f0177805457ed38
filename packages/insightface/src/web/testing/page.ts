// The page that the browser tests drive: the library's public surface, by one global name.
import * as library from '../index.js';

declare global {
  var insightface: typeof library;
}

globalThis.insightface = library;
