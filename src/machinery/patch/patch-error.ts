/** Why a patch cannot be made or applied: what kubectl's apply asks of an error. */
export type PatchErrorKind = "conflict" | "invalid" | "precondition";

/** A patch that does not fit, in upstream's words. Mirrors apimachinery/pkg/util/mergepatch and evanphx/json-patch. */
export class PatchError extends Error {
  override readonly name = "PatchError";
  readonly kind: PatchErrorKind;
  constructor(message: string, kind: PatchErrorKind = "invalid") {
    super(message);
    this.kind = kind;
  }
}
