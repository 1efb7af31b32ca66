import { expect, test } from "vitest";
import { goDiff, goStructText } from "../../../../src/kinds/shared/go-diff.ts";

const token = { projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: "token" } }] } };
const spec = (more: object = {}, container: object = {}): object => ({
  volumes: [{ name: "t", ...token }],
  containers: [{ name: "c", image: "nginx", resources: {}, ...container }],
  restartPolicy: "Always",
  securityContext: {},
  ...more,
});

// As go-cmp reports such changes of pods; its blanks are now and then non-breaking ones.
test("tells what changed, two neighbours of it, and how much else there is", () => {
  const ports = [{ containerPort: 80, protocol: "TCP" }];
  expect(goDiff("core.PodSpec", spec(), spec({ nodeName: "x" }, { ports })).split("\n")).toEqual([
    "  core.PodSpec{",
    '  \tVolumes:        {{Name: "t", VolumeSource: {Projected: &{Sources: {{ServiceAccountToken: &{ExpirationSeconds: 3607, Path: "token"}}}}}}},',
    "  \tInitContainers: nil,",
    "  \tContainers: []core.Container{",
    "  \t\t{",
    "  \t\t\t... // 3 identical fields",
    "  \t\t\tArgs:       nil,",
    '  \t\t\tWorkingDir: "",',
    "- \t\t\tPorts:      nil,",
    '+ \t\t\tPorts:      []core.ContainerPort{{ContainerPort: 80, Protocol: "TCP"}},',
    "  \t\t\tEnvFrom:    nil,",
    "  \t\t\tEnv:        nil,",
    "  \t\t\t... // 16 identical fields",
    "  \t\t},",
    "  \t},",
    "  \tEphemeralContainers: nil,",
    '  \tRestartPolicy:       "Always",',
    "  \t... // 4 identical fields",
    '  \tServiceAccountName:           "",',
    "  \tAutomountServiceAccountToken: nil,",
    '- \tNodeName:                     "",',
    '+ \tNodeName:                     "x",',
    "  \tSecurityContext:              &{},",
    "  \tImagePullSecrets:             nil,",
    "  \t... // 20 identical fields",
    "  }",
    "",
  ]);
});

test("elements that came or went stand alone, whole structs with the types of what they hold", () => {
  const variable = (name: string, value: string) => ({ name, value });
  const old = [variable("A", "1"), variable("B", "2"), variable("C", "3"), variable("D", "4")];
  const reference = { name: "E", valueFrom: { secretKeyRef: { name: "s", key: "k" } } };
  const text = goDiff("core.Container", { name: "c", env: old }, { name: "c", env: [...old, reference] });
  expect(text.split("\n").slice(4, 12)).toEqual([
    "  \tEnv: []core.EnvVar{",
    "  \t\t... // 2 identical elements",
    '  \t\t{Name: "C", Value: "3"},',
    '  \t\t{Name: "D", Value: "4"},',
    '+ \t\t{Name: "E", ValueFrom: &core.EnvVarSource{SecretKeyRef: &core.SecretKeySelector{LocalObjectReference: core.LocalObjectReference{...}, Key: "k"}}},',
    "  \t},",
    "  \tResources:    {},",
    "  \tResizePolicy: nil,",
  ]);
});

test("lists and maps that are there on both sides are told by what they hold", () => {
  const claim = (accessModes: string[]): object => ({ accessModes });
  expect(
    goDiff("core.PersistentVolumeClaimSpec", claim(["ReadWriteOnce"]), claim(["ReadWriteMany"]))
      .split("\n")
      .slice(1, 6),
  ).toEqual([
    "  \tAccessModes: []core.PersistentVolumeAccessMode{",
    '- \t\t"ReadWriteOnce",',
    '+ \t\t"ReadWriteMany",',
    "  \t},",
    "  \tSelector:  nil,",
  ]);
  const old = { nodeSelector: { a: "1", b: "2" } };
  const now = { nodeSelector: { b: "3", cc: "4" } };
  expect(goDiff("core.PodSpec", old, now).split("\n").slice(4, 10)).toEqual([
    "  \tNodeSelector: map[string]string{",
    '- \t\t"a":  "1",',
    '- \t\t"b":  "2",',
    '+ \t\t"b":  "3",',
    '+ \t\t"cc": "4",',
    "  \t},",
  ]);
});

test("a template's metadata prints its times as Go does, its named strings behind pointers by name", () => {
  const text = goStructText("core.PodTemplateSpec", {
    metadata: { creationTimestamp: null },
    spec: { containers: [{}] },
  });
  expect(text).toContain(
    "Generation:0, CreationTimestamp:time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC), DeletionTimestamp:<nil>, DeletionGracePeriodSeconds:(*int64)(nil), ",
  );
  expect(text).toContain(", PreemptionPolicy:(*core.PreemptionPolicy)(nil), ");
  expect(text).toContain(", RestartPolicy:(*core.ContainerRestartPolicy)(nil), ");
});
