/** The values of an enum as a server's OpenAPI adds them to a description; what each means, its source alone knows. Mirrors kube-openapi's enum generator. */
export function enumText(values: readonly string[]): string {
  return `\n\nPossible enum values:\n${values.map((v) => ` - \`${JSON.stringify(v)}\``).join("\n")}`;
}
