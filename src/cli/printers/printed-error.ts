/** A failure after part of the output: the part is still to be printed. */
export class PrintedError extends Error {
  readonly printed: string;
  constructor(printed: string, cause: Error) {
    super(cause.message);
    this.printed = printed;
  }
}
