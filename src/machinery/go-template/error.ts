/** A template that does not parse or execute; the message is text/template's. `output` is what was written before. */
export class GoTemplateError extends Error {
  override readonly name = "GoTemplateError";
  output = "";
}
