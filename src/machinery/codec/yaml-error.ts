/** Text that is not YAML, or that says what cannot be; the message is go-yaml's, "yaml: line 2: …". */
export class YamlError extends Error {
  override readonly name = "YamlError";
}

/** The error of the scanner at a line counted from 0. go-yaml adds one to the problem's line, not to its context's, and takes line 0 for none. */
export const scannerError = (problem: string, contextLine: number, problemLine: number): YamlError =>
  withLine(problem, problemLine !== 0 ? problemLine + 1 : contextLine);

/** The error of the parser at a line counted from 0: go-yaml shows it as it is, so it is off by one. */
export const parserError = (problem: string, contextLine: number, problemLine: number): YamlError =>
  withLine(problem, problemLine !== 0 ? problemLine : contextLine);

const withLine = (problem: string, line: number): YamlError =>
  new YamlError(line === 0 ? `yaml: ${problem}` : `yaml: line ${line}: ${problem}`);
