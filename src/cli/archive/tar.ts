/** One entry of an archive. A directory has no content. */
export interface TarEntry {
  readonly name: string;
  readonly type: "file" | "directory" | "symlink";
  readonly mode: number;
  readonly content: Uint8Array;
  /** What a symlink points to. */
  readonly link: string;
}

const BLOCK = 512;
const TYPES = { file: "0", symlink: "2", directory: "5" } as const;

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, "0")}\0`;

function header(name: string, entry: Pick<TarEntry, "mode" | "link">, type: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const [prefix, short] = splitName(name);
  block.write(short, 0, 100);
  block.write(octal(entry.mode & 0o7777, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write("        ", 148);
  block.write(type, 156);
  block.write(entry.link, 157, 100);
  block.write("ustar\u000000", 257);
  block.write(prefix, 345, 155);
  const sum = block.reduce((a, b) => a + b, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** A name as ustar's prefix and name. Throws where it fits neither. */
function splitName(name: string): [string, string] {
  if (Buffer.byteLength(name) <= 100) return ["", name];
  const at = name.lastIndexOf("/", 155);
  if (at <= 0 || Buffer.byteLength(name.slice(at + 1)) > 100)
    throw new Error(`file name is too long for an archive: ${name}`);
  return [name.slice(0, at), name.slice(at + 1)];
}

/** An archive of the entries, as `tar -xf -` reads it. */
export function writeTar(entries: readonly TarEntry[]): Buffer {
  const blocks: Buffer[] = [];
  for (const entry of entries) {
    const name = entry.type === "directory" ? `${entry.name}/` : entry.name;
    blocks.push(header(name, entry, TYPES[entry.type], entry.content.length), Buffer.from(entry.content));
    blocks.push(Buffer.alloc((BLOCK - (entry.content.length % BLOCK)) % BLOCK));
  }
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

const text = (block: Buffer, at: number, length: number): string => {
  const end = block.indexOf(0, at);
  return block.toString("utf8", at, end < 0 || end > at + length ? at + length : end);
};

/** The entries of an archive, as `tar -cf -` writes it. Throws where it is cut off. */
export function readTar(archive: Buffer): TarEntry[] {
  const entries: TarEntry[] = [];
  let longName = "";
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const block = archive.subarray(at, at + BLOCK);
    if (block.every((b) => b === 0)) break;
    const size = Number.parseInt(text(block, 124, 12).trim() || "0", 8);
    const prefix = text(block, 345, 155);
    const name = longName || (prefix === "" ? text(block, 0, 100) : `${prefix}/${text(block, 0, 100)}`);
    const type = String.fromCharCode(block[156] ?? 0);
    const content = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new Error("unexpected EOF");
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    longName = type === "L" ? content.toString("utf8").replace(/\0+$/, "") : "";
    if (!["0", "\0", "2", "5"].includes(type)) continue;
    entries.push({
      name,
      type: type === "5" ? "directory" : type === "2" ? "symlink" : "file",
      mode: Number.parseInt(text(block, 100, 8).trim() || "644", 8),
      content,
      link: text(block, 157, 100),
    });
  }
  return entries;
}
