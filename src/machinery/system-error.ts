/** The operating system's words for its error codes. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EBUSY: "device or resource busy",
  EDQUOT: "disk quota exceeded",
  EEXIST: "file exists",
  EFBIG: "file too large",
  EINVAL: "invalid argument",
  EIO: "input/output error",
  EISDIR: "is a directory",
  ELOOP: "too many levels of symbolic links",
  EMFILE: "too many open files",
  ENAMETOOLONG: "file name too long",
  ENFILE: "too many open files in system",
  ENOENT: "no such file or directory",
  ENOSPC: "no space left on device",
  ENOTDIR: "not a directory",
  ENOTEMPTY: "directory not empty",
  EPERM: "operation not permitted",
  EROFS: "read-only file system",
};

/** "permission denied" for "EACCES". */
export function systemWords(code: string | undefined): string {
  return WORDS[code ?? ""] ?? code ?? "input/output error";
}

/** Whether an error came from a system call. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  const { errno, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return error instanceof Error && typeof errno === "number" && typeof syscall === "string";
}

/** "open /x: permission denied": a failed system call as Go's os.PathError words it. */
export function systemErrorText(error: NodeJS.ErrnoException): string {
  const { code = "", syscall = "", path } = error;
  // Node names some calls by the variant that libuv has chosen, and a directory's listing by its C function.
  const call = syscall === "scandir" ? "open" : syscall.replace(/^([fl])(?=stat|truncate)|data(?=sync)/, "");
  const words = systemWords(code);
  return path === undefined ? `${call}: ${words}` : `${call} ${path}: ${words}`;
}

/** Runs a call on an open file; its error then names the file, as one on a path does. */
export function onFile<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (isSystemError(error)) error.path ??= path;
    throw error;
  }
}
