import { expect, test } from "vitest";
import {
  copyOfPod,
  type DebugContainer,
  nodePod,
  putDebugContainer,
  withEphemeralContainer,
} from "../../../../src/cli/commands/debug/debug-pods.ts";
import type { Profile } from "../../../../src/cli/commands/debug/profiles.ts";
import type { KubeObject } from "../../../../src/machinery/object.ts";

const container = (profile: Profile, more: Partial<DebugContainer> = {}): DebugContainer => ({
  name: "dbg",
  image: "busybox",
  imagePullPolicy: "",
  env: [],
  command: [],
  argumentsOnly: false,
  stdin: false,
  tty: false,
  profile,
  ...more,
});

const pod = (): KubeObject =>
  ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "d", labels: { app: "p" }, annotations: { x: "y" } },
    spec: {
      nodeName: "n",
      initContainers: [{ name: "i", image: "i" }],
      containers: [{ name: "a", image: "a", args: ["x"], livenessProbe: {}, startupProbe: {} }],
      ephemeralContainers: [{ name: "old", image: "o" }],
    },
  }) as unknown as KubeObject;

const copy = (profile: Profile, more: Partial<DebugContainer> = {}, shareProcesses?: boolean) => {
  const copied = copyOfPod(pod(), { name: "c", sameNode: false, shareProcesses, keep: new Set(), images: new Map() });
  putDebugContainer(copied, container(profile, more), new Set());
  return copied;
};

test.each<[Profile, unknown]>([
  ["legacy", undefined],
  ["general", { capabilities: { add: ["SYS_PTRACE"] } }],
  ["baseline", undefined],
  ["netadmin", { capabilities: { add: ["NET_ADMIN", "NET_RAW"] } }],
  ["sysadmin", { privileged: true }],
  [
    "restricted",
    {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    },
  ],
])("an ephemeral container of the profile %s stands behind the others", (profile, security) => {
  const { ephemeralContainers } = withEphemeralContainer(pod(), container(profile), "a")["spec"];
  expect(ephemeralContainers.map((c: { name: string }) => c.name)).toEqual(["old", "dbg"]);
  expect(ephemeralContainers[1].securityContext).toEqual(security);
  expect(ephemeralContainers[1].targetContainerName).toBe("a");
});

test("a legacy copy loses its labels and keeps the rest; others are stripped and share processes", () => {
  const legacy = copy("legacy");
  expect(legacy["metadata"]).toEqual({ name: "c", namespace: "d", annotations: { x: "y" } });
  expect(legacy["spec"].containers[0].livenessProbe).toEqual({});
  expect(legacy["spec"].shareProcessNamespace).toBeUndefined();
  const general = copy("general");
  expect(general["metadata"]).toEqual({ name: "c", namespace: "d" });
  expect(general["spec"].containers[0]).toEqual({ name: "a", image: "a", args: ["x"] });
  expect(general["spec"].initContainers).toBeUndefined();
  expect(general["spec"].shareProcessNamespace).toBe(true);
  expect(copy("general", {}, false)["spec"].shareProcessNamespace).toBe(false);
});

test("a copy's own container can be the one that debugs: a command takes its arguments away", () => {
  const { containers } = copy("legacy", { name: "a", image: "", command: ["sh"] })["spec"];
  expect(containers).toEqual([{ name: "a", image: "a", command: ["sh"], livenessProbe: {}, startupProbe: {} }]);
});

test.each<[Profile, boolean, boolean]>([
  ["legacy", true, true],
  ["general", true, true],
  ["netadmin", true, false],
  ["sysadmin", true, true],
  ["baseline", false, false],
  ["restricted", false, false],
])("on a node, %s has the host's namespaces: %s, its files: %s", (profile, namespaces, files) => {
  const { spec } = nodePod("x", "n", container(profile)) as { spec: Record<string, unknown> };
  expect(spec["hostPID"] === true).toBe(namespaces);
  expect(spec["volumes"] !== undefined).toBe(files);
});
