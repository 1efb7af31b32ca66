/** A server that could not be reached. `host` is "HOST:PORT"; `refused`: nothing listens there. */
export class ConnectionError extends Error {
  readonly host: string;
  readonly refused: boolean;
  constructor(host: string, refused: boolean, message: string) {
    super(message);
    this.name = "ConnectionError";
    this.host = host;
    this.refused = refused;
  }
}

/** "HOST:PORT" of a server, as kubectl quotes it. */
export function hostOf(server: string): string {
  return new URL(server.includes("://") ? server : `http://${server}`).host;
}
