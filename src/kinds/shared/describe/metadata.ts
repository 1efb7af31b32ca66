import type { DescribeWriter } from "../../definition.ts";

type StringMap = Readonly<Record<string, string>> | undefined;

const MAX_ANNOTATION_LENGTH = 140;
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** "TITLE:\ta=1\n\tb=2", sorted, or "<none>". Mirrors describe.printLabelsMultiline. */
export function describeLabels(out: DescribeWriter, title: string, labels: StringMap, indent = "", inner = "\t"): void {
  const keys = Object.keys(labels ?? {}).sort();
  out.write(0, `${indent}${title}:${inner}`);
  if (keys.length === 0) out.write(0, "<none>\n");
  keys.forEach((key, i) => {
    if (i > 0) out.write(0, `${indent}${inner}`);
    out.write(0, `${key}=${labels![key]}\n`);
  });
}

const shortened = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max)}...` : text);

/** "TITLE:\tkey: value", long values on lines of their own; what kubectl apply keeps for itself is left out. Mirrors describe.printAnnotationsMultiline. */
export function describeAnnotations(
  out: DescribeWriter,
  title: string,
  annotations: StringMap,
  indent = "",
  inner = "\t",
): void {
  const keys = Object.keys(annotations ?? {})
    .filter((k) => k !== LAST_APPLIED)
    .sort();
  out.write(0, `${indent}${title}:${inner}`);
  if (keys.length === 0) out.write(0, "<none>\n");
  keys.forEach((key, i) => {
    if (i > 0) out.write(0, `${indent}${inner}`);
    const value = annotations![key]!.replace(/\n$/, "");
    if (value.length + key.length + 2 <= MAX_ANNOTATION_LENGTH && !value.includes("\n")) {
      out.write(0, `${key}: ${value}\n`);
      return;
    }
    out.write(0, `${key}:\n`);
    for (const line of value.split("\n"))
      out.write(0, `${indent}${inner}  ${shortened(line, MAX_ANNOTATION_LENGTH - 2)}\n`);
  });
}
