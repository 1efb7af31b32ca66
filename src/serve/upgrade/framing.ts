import type { WebSocket } from "ws";
import type { OutputFlow } from "./flow.ts";

/** Frames of the channel protocols: a channel's number and its bytes, as they are or, in the base64 dialects, as text. */
export interface ChannelFraming {
  send(channel: number, bytes: Uint8Array): void;
  /** Calls back with each frame that comes in. */
  onFrame(take: (channel: number, bytes: Buffer) => void): void;
}

const DIGIT_ZERO = 0x30;

/** Frames over an open WebSocket; what is sent counts as waiting in `output` until it is on its way. */
export function createChannelFraming(socket: WebSocket, protocol: string, output: OutputFlow): ChannelFraming {
  const base64 = protocol.includes("base64");
  return {
    send(channel, bytes) {
      if (socket.readyState !== socket.OPEN) return;
      const sent = output.sending(bytes.length);
      if (base64) socket.send(`${channel}${Buffer.from(bytes).toString("base64")}`, sent);
      else socket.send(Buffer.concat([Buffer.of(channel), bytes]), sent);
    },
    onFrame(take) {
      socket.on("message", (data: Buffer, isBinary: boolean) => {
        if (data.length === 0) return;
        const rest = data.subarray(1);
        if (base64 && !isBinary) take(data[0]! - DIGIT_ZERO, Buffer.from(rest.toString("latin1"), "base64"));
        else take(data[0]!, rest);
      });
    },
  };
}
