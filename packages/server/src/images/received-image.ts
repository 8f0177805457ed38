/** A picture that came with a request: its bytes, not yet decoded. */
export interface ReceivedImage {
  /** File name as sent, or the name of the field: for answers to the one who sent it, never for logs. */
  readonly name: string;
  readonly bytes: Uint8Array;
}
