/** "a=1,b=2" as a map. Throws "unexpected label spec: x". Mirrors generate.ParseLabels. */
export function parseLabels(text: string): Record<string, string> {
  if (text === "") throw new Error("no label spec passed");
  const labels: Record<string, string> = {};
  for (const spec of text.split(",")) {
    const parts = spec.split("=");
    if (parts.length !== 2) throw new Error(`unexpected label spec: ${spec}`);
    if (parts[0] === "") throw new Error("unexpected empty label key");
    Object.defineProperty(labels, parts[0]!, { value: parts[1], enumerable: true, configurable: true, writable: true });
  }
  return labels;
}
