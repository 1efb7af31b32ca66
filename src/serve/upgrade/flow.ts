import type { Backlog } from "../../client/transport.ts";

/** So many bytes may wait on their way in or out of a connection, and below the lower mark there is room again. */
const HIGH_WATER_BYTES = 1024 * 1024;
const LOW_WATER_BYTES = HIGH_WATER_BYTES / 2;

/** The output of a connection: what has been written and not yet handed to the network. */
export interface OutputFlow extends Backlog {
  /** Counts bytes that are being written; what it returns is called when they are gone. */
  sending(bytes: number): () => void;
  /** Nobody reads any more: nothing waits any more. */
  close(): void;
}

/** Counts what a reader of a connection has not taken. */
export function createOutputFlow(): OutputFlow {
  let waiting = 0;
  let closed = false;
  let callbacks: (() => void)[] = [];
  const release = (): void => {
    const ready = callbacks;
    callbacks = [];
    for (const callback of ready) callback();
  };
  return {
    get full() {
      return !closed && waiting >= HIGH_WATER_BYTES;
    },
    onRoom(callback) {
      if (closed) callback();
      else callbacks.push(callback);
    },
    sending(bytes) {
      waiting += bytes;
      return () => {
        waiting -= bytes;
        if (waiting <= LOW_WATER_BYTES) release();
      };
    },
    close() {
      closed = true;
      release();
    },
  };
}

/** Counts what has come in and is not yet taken; a source that is too fast is paused. */
export interface InputFlow {
  came(bytes: number): void;
  taken(bytes: number): void;
}

export function createInputFlow(source: { pause(): void; resume(): void }): InputFlow {
  let waiting = 0;
  let paused = false;
  return {
    came(bytes) {
      waiting += bytes;
      if (paused || waiting < HIGH_WATER_BYTES) return;
      paused = true;
      source.pause();
    },
    taken(bytes) {
      waiting -= bytes;
      if (!paused || waiting > LOW_WATER_BYTES) return;
      paused = false;
      source.resume();
    },
  };
}
