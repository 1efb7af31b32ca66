import type { JsonObject } from "../object.ts";

/** Why a patch cannot be made or applied: what kubectl's apply asks of an error. */
export type PatchErrorKind = "conflict" | "invalid" | "precondition";

/** A patch that does not fit, in upstream's words. Mirrors apimachinery/pkg/util/mergepatch and evanphx/json-patch. */
export class PatchError extends Error {
  override readonly name = "PatchError";
  readonly kind: PatchErrorKind;
  /** What a conflict's or precondition's message shows: the patch, and for a conflict what was changed meanwhile. */
  readonly shown: readonly JsonObject[];
  constructor(message: string, kind: PatchErrorKind = "invalid", shown: readonly JsonObject[] = []) {
    super(message);
    this.kind = kind;
    this.shown = shown;
  }
}
