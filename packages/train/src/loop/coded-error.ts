/** Whether an error was thrown on purpose, with a code for programs: ours, the engine's, or insightface-ts' own. */
export function isCodedError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && /^(InsightFace|Torch)Error$/.test(error.name) && 'code' in error;
}
