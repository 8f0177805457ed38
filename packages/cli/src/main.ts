import { InsightFaceError } from 'insightface-ts';
import { program } from './program.js';
import { reportError } from './report-error.js';

// A reader that stops early, such as `head`, is no error. A disk that is full is one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  reportError(
    new InsightFaceError('WRITE_FAILED', `The output cannot be written: ${error.message}. Free some space.`),
  );
  process.exit(1);
});
// Nobody reads the errors any more: the results still count.
process.stderr.on('error', () => undefined);

try {
  await program.parseAsync();
} catch (error) {
  reportError(error);
  process.exitCode = 1;
}
