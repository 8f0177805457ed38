// The page that the tests drive.
import * as library from 'insightface-ts/web';
import '../index.js';

declare global {
  var insightface: typeof library;
}

globalThis.insightface = library;
