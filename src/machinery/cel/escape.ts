const reserved = new Set([
  ...["true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import"],
  ...["let", "loop", "package", "namespace", "return", "var", "void", "while"],
]);
const replacements: Readonly<Record<string, string>> = {
  __: "__underscores__",
  ".": "__dot__",
  "-": "__dash__",
  "/": "__slash__",
};

/** A property's name as expressions write it: "a-b" is "a__dash__b", "namespace" is "__namespace__". Mirrors apiserver/pkg/cel Escape. */
export const escapeCelName = (name: string): string =>
  reserved.has(name) ? `__${name}__` : name.replace(/__|[.\-/]/g, (found) => replacements[found]!);
