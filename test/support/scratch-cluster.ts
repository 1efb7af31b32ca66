import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Client } from "../../src/client/client.ts";
import { createClient } from "../../src/client/create-client.ts";
import { ADMIN } from "../../src/cluster/admin.ts";
import { createCluster } from "../../src/cluster/create-cluster.ts";
import { type EmbeddedTransport, openEmbedded } from "../../src/cluster/embedded.ts";
import type { Addon } from "../../src/cluster/settings.ts";

const schemas = path.join(import.meta.dirname, "../../schemas");
export const readSchema = (file: string): string => fs.readFileSync(path.join(schemas, file), "utf8");

/** A cluster in a scratch home whose clock the test moves. */
export interface ScratchCluster {
  readonly home: string;
  readonly clock: { now: number };
  open(): { readonly embedded: EmbeddedTransport; readonly client: Client };
  /** Opens, works, settles, closes: as one command does. */
  command<T>(work: (client: Client, embedded: EmbeddedTransport) => Promise<T>): Promise<T>;
  remove(): void;
}

/** Creates a cluster at a fixed instant. Failed reconciles are collected in `errors`. */
export async function scratchCluster(addons: readonly Addon[] = [], errors: string[] = []): Promise<ScratchCluster> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "drykube-"));
  const clock = { now: Date.UTC(2026, 0, 2, 3, 4, 5) };
  const sleep = async (): Promise<void> => undefined;
  await createCluster({ home, name: "kind", addons, now: clock.now, sleep, readSchema });
  const open = () => {
    const embedded = openEmbedded({
      home,
      cluster: "kind",
      user: ADMIN,
      now: () => clock.now,
      sleep,
      readSchema,
      onError: (error, owner, key) => errors.push(`${owner} ${key}: ${(error as Error).message}`),
    });
    return { embedded, client: createClient(embedded) };
  };
  return {
    home,
    clock,
    open,
    async command(work) {
      const { embedded, client } = open();
      try {
        return await work(client, embedded);
      } finally {
        await embedded.close!();
      }
    },
    remove: () => fs.rmSync(home, { recursive: true, force: true }),
  };
}
