import type { Instant } from "../../machinery/time.ts";
import { MAX_JOURNAL } from "./machine/limits.ts";
import type { HttpRequest, OutsideAnswer } from "./machine/outside.ts";
import type { FileChange } from "./machine/vfs.ts";
import type { ContainerSpec, Limits, MountedFile, Traffic } from "./runtime.ts";

/** A JSON record under a key. */
export interface RuntimeStore {
  get(key: string): any;
  set(key: string, value: any): void;
  keys(prefix: string): readonly string[];
}

/** What has reached a pod from outside, in order. */
export type Input = { readonly at: Instant } & (
  | { readonly k: "start"; readonly spec: ContainerSpec }
  | {
      readonly k: "signal";
      readonly id: string;
      readonly pid: number;
      readonly signal: string;
      readonly outside: boolean;
    }
  | { readonly k: "oom"; readonly id: string }
  | ({ readonly k: "limits"; readonly id: string } & Limits)
  | { readonly k: "write"; readonly id: string; readonly pid: number; readonly fd: number; readonly data: string }
  | { readonly k: "files"; readonly id: string; readonly changes: readonly FileChange[] }
  | { readonly k: "mount"; readonly id: string; readonly mountPath: string; readonly files: readonly MountedFile[] }
  | { readonly k: "volume"; readonly sharedId: string; readonly changes: readonly FileChange[] }
  | { readonly k: "http"; readonly port: number; readonly request: HttpRequest; readonly ip: string }
  | { readonly k: "tcp"; readonly port: number; readonly data: string; readonly ip: string }
  | { readonly k: "stdin"; readonly id: string; readonly data: string }
  | { readonly k: "eof"; readonly id: string }
);

/** How a container goes on that has come to a steady rhythm: what it uses, and whom it calls. */
export interface SteadyUse {
  readonly at: Instant;
  readonly milliCpu: number;
  /** What it may use at most. */
  readonly cpuLimit?: number;
  readonly memoryBytes: number;
  readonly traffic: readonly Traffic[];
}

/** What inspect answers without running anything. */
export interface Outlook {
  readonly startedAt: Instant;
  /** Absent: it is not in a steady rhythm. */
  readonly steady?: SteadyUse;
  readonly nextChange?: Instant;
  readonly exit?: {
    readonly at: Instant;
    readonly exitCode: number;
    readonly signal?: number;
    readonly reason: "Completed" | "Error" | "OOMKilled" | "StartError";
    readonly message?: string;
  };
}

const ROOT = "/containers/";
const pad = (n: number): string => String(n).padStart(8, "0");

/** The persisted side of one pod: inputs, answers from outside, and each container's outlook, a record each. */
export class Journal {
  private readonly store: RuntimeStore;
  private readonly base: string;
  private readonly entries: { number: number; input: Input }[] = [];
  private next = 0;
  private list: readonly Input[] | undefined;

  constructor(store: RuntimeStore, podUid: string) {
    this.store = store;
    this.base = `${ROOT}${podUid}/`;
    for (const key of store.keys(`${this.base}in/`)) {
      const number = Number(key.slice(key.lastIndexOf("/") + 1));
      this.entries.push({ number, input: store.get(key) as Input });
      this.next = number + 1;
    }
  }

  get inputs(): readonly Input[] {
    this.list ??= this.entries.map((entry) => entry.input);
    return this.list;
  }

  /**
   * Reads again what others may have written: another process may share the store. "grown": there is more at the end;
   * "changed": what was there is gone or different.
   */
  refresh(): "same" | "grown" | "changed" {
    const keys = this.store.keys(`${this.base}in/`);
    const numbers = keys.map((key) => Number(key.slice(key.lastIndexOf("/") + 1)));
    const known = this.entries.length;
    if (numbers.length === known && numbers[known - 1] === this.entries[known - 1]?.number) return "same";
    const grown = numbers.length > known && this.entries.every((entry, i) => entry.number === numbers[i]);
    if (!grown) this.entries.length = 0;
    for (let i = this.entries.length; i < keys.length; i++)
      this.entries.push({ number: numbers[i]!, input: this.store.get(keys[i]!) as Input });
    this.next = Math.max(this.next, (numbers[numbers.length - 1] ?? -1) + 1);
    this.list = undefined;
    return grown ? "grown" : "changed";
  }

  add(input: Input): void {
    this.list = undefined;
    this.entries.push({ number: this.next, input });
    this.store.set(`${this.base}in/${pad(this.next++)}`, input);
    if (this.entries.length <= MAX_JOURNAL) return;
    const oldest = this.entries.findIndex(({ input: { k } }) => k === "http" || k === "tcp");
    if (oldest >= 0) this.dropAt(oldest);
  }

  private dropAt(index: number): void {
    this.list = undefined;
    const [entry] = this.entries.splice(index, 1);
    this.store.set(`${this.base}in/${pad(entry!.number)}`, undefined);
  }

  /** Forgets a container: its inputs (unless others depend on what it wrote), answers and outlook. True: nothing is left of the pod. */
  remove(id: string, keepInputs: boolean): boolean {
    const mine = (input: Input): boolean =>
      input.k === "start" ? input.spec.id === id : "id" in input && input.id === id;
    if (!keepInputs)
      for (let i = this.entries.length - 1; i >= 0; i--) if (mine(this.entries[i]!.input)) this.dropAt(i);
    if (!keepInputs) for (const key of this.store.keys(`${this.base}out/${id}/`)) this.store.set(key, undefined);
    this.store.set(`${this.base}run/${id}`, undefined);
    this.store.set(`${ROOT}ids/${id}`, undefined);
    if (this.store.keys(`${this.base}run/`).length > 0) return false;
    for (const key of this.store.keys(this.base)) this.store.set(key, undefined);
    return true;
  }

  /** Whether a container could have left traces in volumes that others see. */
  isShared(id: string): boolean {
    return this.inputs.some(
      (input) =>
        input.k === "start" &&
        input.spec.id === id &&
        input.spec.mounts.some((mount) => mount.sharedId !== undefined && !mount.readOnly),
    );
  }

  answer(id: string, number: string): OutsideAnswer | undefined {
    return this.store.get(`${this.base}out/${id}/${number}`);
  }

  keepAnswer(id: string, number: string, answer: OutsideAnswer): void {
    this.store.set(`${this.base}out/${id}/${number}`, answer);
  }

  outlook(id: string): Outlook | undefined {
    return this.store.get(`${this.base}run/${id}`);
  }

  setOutlook(id: string, outlook: Outlook): void {
    const old = this.outlook(id);
    if (old !== undefined && JSON.stringify(old) === JSON.stringify(outlook)) return;
    this.store.set(`${this.base}run/${id}`, outlook);
    if (old === undefined) this.store.set(`${ROOT}ids/${id}`, { pod: this.base.slice(ROOT.length, -1) });
  }
}

/** How a container stands, by its id alone. */
export function outlookOf(store: RuntimeStore, id: string): Outlook | undefined {
  const pod = podOfContainer(store, id);
  return pod === undefined ? undefined : store.get(`${ROOT}${pod}/run/${id}`);
}

/** The records of a pod, for whoever only removes. */
export function podRecords(store: RuntimeStore, podUid: string): { remove(id: string): boolean } {
  const journal = new Journal(store, podUid);
  return { remove: (id) => journal.remove(id, journal.isShared(id)) };
}

/** The pod that a container id belongs to; undefined where there is no such container. */
export function podOfContainer(store: RuntimeStore, id: string): string | undefined {
  return store.get(`${ROOT}ids/${id}`)?.pod;
}
