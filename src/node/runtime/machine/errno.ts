/** The error numbers that the simulated kernel knows, with strerror's words. */
const MESSAGES = {
  EPERM: "Operation not permitted",
  ENOENT: "No such file or directory",
  ESRCH: "No such process",
  EINTR: "Interrupted system call",
  EIO: "Input/output error",
  E2BIG: "Argument list too long",
  ENOEXEC: "Exec format error",
  EBADF: "Bad file descriptor",
  ECHILD: "No child processes",
  EAGAIN: "Resource temporarily unavailable",
  ENOMEM: "Cannot allocate memory",
  EACCES: "Permission denied",
  EBUSY: "Device or resource busy",
  EEXIST: "File exists",
  EXDEV: "Invalid cross-device link",
  ENOTDIR: "Not a directory",
  EISDIR: "Is a directory",
  EINVAL: "Invalid argument",
  ENOSPC: "No space left on device",
  EROFS: "Read-only file system",
  EPIPE: "Broken pipe",
  ENAMETOOLONG: "File name too long",
  ENOTEMPTY: "Directory not empty",
  ELOOP: "Too many levels of symbolic links",
  EADDRINUSE: "Address in use",
  ENETUNREACH: "Network is unreachable",
  EHOSTUNREACH: "No route to host",
  ETIMEDOUT: "Connection timed out",
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
} as const;

export type Errno = keyof typeof MESSAGES;

/** What a failed system call throws. */
export interface SystemFailure {
  readonly errno: Errno;
}

/** Makes the value that a failing call throws; not an Error, because programs catch thousands of them. */
export function failure(errno: Errno): SystemFailure {
  return { errno };
}

/** The errno of something caught; rethrows what is not a failed system call. */
export function errnoOf(caught: unknown): Errno {
  if (typeof caught === "object" && caught !== null && "errno" in caught) return (caught as SystemFailure).errno;
  throw caught;
}

/** strerror(3): "No such file or directory". */
export function strerror(errno: Errno): string {
  return MESSAGES[errno];
}
