/** What an expression reads and writes. */
export interface Variables {
  get(name: string, index?: bigint): string;
  set(name: string, value: string, index?: bigint): void;
}

/** What a bad expression throws; the shell words the message. */
export interface ArithmeticFailure {
  readonly arithmetic: string;
}

const TOKEN =
  /\s*(?:(0[xX][0-9a-fA-F]+|\d+#[0-9a-zA-Z]+|\d+)|([A-Za-z_][A-Za-z0-9_]*)|(<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~&|^?:(),[\]]))/y;

const BINARY: Readonly<Record<string, number>> = {
  "||": 1,
  "&&": 2,
  "|": 3,
  "^": 4,
  "&": 5,
  "==": 6,
  "!=": 6,
  "<": 7,
  "<=": 7,
  ">": 7,
  ">=": 7,
  "<<": 8,
  ">>": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "%": 10,
  "**": 11,
};

const ASSIGN = new Set(["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="]);

interface State {
  readonly tokens: readonly string[];
  readonly variables: Variables;
  position: number;
  depth: number;
  /** Inside an operand that is not evaluated: assignments have no effect. */
  dead: boolean;
}

type Operand = { readonly value: bigint; readonly name?: string; readonly index?: bigint };

/** Evaluates a shell arithmetic expression in 64-bit integers. Throws ArithmeticFailure. */
export function evaluate(text: string, variables: Variables, depth = 0): bigint {
  const tokens = tokenize(text);
  if (tokens.length === 0) return 0n;
  if (depth > 20) throw { arithmetic: "expression recursion level exceeded" } satisfies ArithmeticFailure;
  const state: State = { tokens, variables, position: 0, depth, dead: false };
  const value = comma(state);
  if (state.position < tokens.length) fail(`syntax error: "${text.trim()}"`);
  return value;
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const trimmed = text.trimEnd();
  while (TOKEN.lastIndex < trimmed.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(trimmed);
    if (match === null) fail(`syntax error: "${trimmed.slice(at).trim()}"`);
    tokens.push(match![0].trim());
  }
  return tokens;
}

function fail(text: string): never {
  throw { arithmetic: text } satisfies ArithmeticFailure;
}

function comma(s: State): bigint {
  let value = ternary(s).value;
  while (s.tokens[s.position] === ",") {
    s.position++;
    value = ternary(s).value;
  }
  return value;
}

function ternary(s: State): Operand {
  if (++s.depth > 200) fail("expression too deep");
  const left = binary(s, 1);
  let result = left;
  const operator = s.tokens[s.position];
  if (operator !== undefined && ASSIGN.has(operator)) result = assign(s, left, operator);
  else if (operator === "?") {
    s.position++;
    const yes = quietly(s, left.value === 0n, () => ternary(s).value);
    if (s.tokens[s.position++] !== ":") fail("`:' expected for conditional expression");
    const no = quietly(s, left.value !== 0n, () => ternary(s).value);
    result = { value: left.value === 0n ? no : yes };
  }
  s.depth--;
  return result;
}

function quietly<T>(s: State, dead: boolean, run: () => T): T {
  const before = s.dead;
  s.dead ||= dead;
  const value = run();
  s.dead = before;
  return value;
}

function assign(s: State, left: Operand, operator: string): Operand {
  if (left.name === undefined) fail("attempted assignment to non-variable");
  s.position++;
  const right = ternary(s).value;
  const value = operator === "=" ? right : compute(s, operator.slice(0, -1), left.value, right);
  store(s, left, value);
  return { value };
}

function store(s: State, to: Operand, value: bigint): void {
  if (!s.dead) s.variables.set(to.name!, String(value), to.index);
}

function binary(s: State, level: number): Operand {
  let left = unary(s);
  for (;;) {
    const operator = s.tokens[s.position] ?? "";
    const precedence = Object.hasOwn(BINARY, operator) ? BINARY[operator]! : 0;
    if (precedence < level) return left;
    s.position++;
    const short = (operator === "&&" && left.value === 0n) || (operator === "||" && left.value !== 0n);
    const right = quietly(s, short, () => binary(s, operator === "**" ? precedence : precedence + 1).value);
    left = { value: compute(s, operator, left.value, right) };
  }
}

const bool = (value: boolean): bigint => (value ? 1n : 0n);

function compute(s: State, operator: string, a: bigint, b: bigint): bigint {
  if ((operator === "/" || operator === "%") && b === 0n) {
    if (s.dead) return 0n;
    fail("division by zero");
  }
  return BigInt.asIntN(64, OPERATIONS[operator as keyof typeof OPERATIONS](a, b));
}

const OPERATIONS = {
  "+": (a: bigint, b: bigint) => a + b,
  "-": (a: bigint, b: bigint) => a - b,
  "*": (a: bigint, b: bigint) => a * b,
  "/": (a: bigint, b: bigint) => a / b,
  "%": (a: bigint, b: bigint) => a % b,
  "**": power,
  "<<": (a: bigint, b: bigint) => a << (b & 63n),
  ">>": (a: bigint, b: bigint) => a >> (b & 63n),
  "&": (a: bigint, b: bigint) => a & b,
  "|": (a: bigint, b: bigint) => a | b,
  "^": (a: bigint, b: bigint) => a ^ b,
  "==": (a: bigint, b: bigint) => bool(a === b),
  "!=": (a: bigint, b: bigint) => bool(a !== b),
  "<": (a: bigint, b: bigint) => bool(a < b),
  "<=": (a: bigint, b: bigint) => bool(a <= b),
  ">": (a: bigint, b: bigint) => bool(a > b),
  ">=": (a: bigint, b: bigint) => bool(a >= b),
  "&&": (a: bigint, b: bigint) => bool(a !== 0n && b !== 0n),
  "||": (a: bigint, b: bigint) => bool(a !== 0n || b !== 0n),
};

function power(a: bigint, b: bigint): bigint {
  if (b < 0n) fail("exponent less than 0");
  let result = 1n;
  let base = a;
  for (let n = b; n > 0n; n >>= 1n) {
    if (n & 1n) result = BigInt.asIntN(64, result * base);
    base = BigInt.asIntN(64, base * base);
  }
  return result;
}

function unary(s: State): Operand {
  const token = s.tokens[s.position++];
  if (token === undefined) fail("syntax error: operand expected");
  if (token === "++" || token === "--") {
    const operand = unary(s);
    if (operand.name === undefined) return { value: token === "--" ? operand.value : operand.value };
    const value = operand.value + (token === "++" ? 1n : -1n);
    store(s, operand, value);
    return { value };
  }
  if (++s.depth > 300) fail("expression too deep");
  const result = prefix(s, token!);
  s.depth--;
  return result;
}

function prefix(s: State, token: string): Operand {
  if (token === "-") return { value: BigInt.asIntN(64, -unary(s).value) };
  if (token === "+") return { value: unary(s).value };
  if (token === "!") return { value: bool(unary(s).value === 0n) };
  if (token === "~") return { value: ~unary(s).value };
  if (token === "(") {
    const value = comma(s);
    if (s.tokens[s.position++] !== ")") fail("missing `)'");
    return { value };
  }
  if (/^\d/.test(token)) return { value: BigInt.asIntN(64, parseNumber(token)) };
  if (!/^[A-Za-z_]/.test(token)) fail(`syntax error: operand expected (error token is "${token}")`);
  return postfix(s, variable(s, token));
}

function variable(s: State, name: string): Operand {
  let index: bigint | undefined;
  if (s.tokens[s.position] === "[") {
    s.position++;
    index = comma(s);
    if (s.tokens[s.position++] !== "]") fail("bad array subscript");
  }
  const text = s.variables.get(name, index).trim();
  const value = /^-?\d+$/.test(text)
    ? BigInt.asIntN(64, text.startsWith("-") ? -parseNumber(text.slice(1)) : parseNumber(text))
    : evaluate(text, s.variables, s.depth + 1);
  return { value, name, ...(index !== undefined && { index }) };
}

function postfix(s: State, operand: Operand): Operand {
  const token = s.tokens[s.position];
  if (token !== "++" && token !== "--") return operand;
  s.position++;
  store(s, operand, operand.value + (token === "++" ? 1n : -1n));
  return { value: operand.value };
}

function parseNumber(text: string): bigint {
  if (/^0[xX]/.test(text)) return BigInt(text);
  const hash = text.indexOf("#");
  if (hash > 0) return inBase(text.slice(hash + 1), Number(text.slice(0, hash)));
  if (/^0\d/.test(text)) return inBase(text.slice(1), 8);
  return BigInt(text);
}

function inBase(digits: string, base: number): bigint {
  if (base < 2 || base > 36) fail("invalid arithmetic base");
  let value = 0n;
  for (const c of digits.toLowerCase()) {
    const digit = Number.parseInt(c, 36);
    if (digit >= base) fail("value too great for base");
    value = value * BigInt(base) + BigInt(digit);
  }
  return value;
}
