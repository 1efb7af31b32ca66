/** Ends the command with kubectl's text and exit code. `message` is printed as is ("error: …" is the caller's to write) unless empty. */
export class ExitError extends Error {
  readonly code: number;
  constructor(message: string, code = 1) {
    super(message);
    this.name = "ExitError";
    this.code = code;
  }
}

/** A wrong call: printed as "error: MESSAGE", followed by "See 'kubectl X -h' for help and examples" where `see` names the command. Mirrors cmdutil.UsageErrorf. */
export class UsageError extends Error {
  readonly see: string | undefined;
  constructor(message: string, see?: string) {
    super(message);
    this.name = "UsageError";
    this.see = see;
  }
}

/** A wrong call that shows the command's help before the message: what cobra's cmd.Help() does in some commands. An empty message shows the help alone. */
export class HelpError extends Error {
  readonly code: number;
  constructor(message: string, code = 1) {
    super(message);
    this.name = "HelpError";
    this.code = code;
  }
}
