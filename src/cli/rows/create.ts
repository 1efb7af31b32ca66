import { type CommandRow, parentCommand } from "../command-row.ts";

/** What stands under `create`. */
export const createRows: readonly CommandRow[] = [
  {
    path: "create namespace",
    aliases: ["ns"],
    short: "Create a namespace",
    load: () => import("../commands/create-namespace/create-namespace.ts"),
  },
  {
    path: "create quota",
    aliases: ["resourcequota"],
    short: "Create a resource quota",
    load: () => import("../commands/create-quota/create-quota.ts"),
  },
  {
    path: "create secret",
    short: "Create a secret of one of several sorts",
    parent: parentCommand("(docker-registry | generic | tls)", {
      long: "Create a secret: generic, for a container registry, or with a TLS certificate.",
    }),
  },
  {
    path: "create secret docker-registry",
    short: "Create a secret for a container registry",
    load: () => import("../commands/create-secret-docker-registry/create-secret-docker-registry.ts"),
  },
  {
    path: "create secret tls",
    short: "Create a TLS secret",
    load: () => import("../commands/create-secret-tls/create-secret-tls.ts"),
  },
  {
    path: "create secret generic",
    short: "Create a secret from files, directories or literal values",
    load: () => import("../commands/create-secret-generic/create-secret-generic.ts"),
  },
  {
    path: "create configmap",
    aliases: ["cm"],
    short: "Create a config map from files, directories or literal values",
    load: () => import("../commands/create-configmap/create-configmap.ts"),
  },
  {
    path: "create serviceaccount",
    aliases: ["sa"],
    short: "Create a service account",
    load: () => import("../commands/create-serviceaccount/create-serviceaccount.ts"),
  },
  {
    path: "create service",
    aliases: ["svc"],
    short: "Create a service of one of several types",
    parent: parentCommand("[flags]", { long: "Create a service of one of several types." }),
  },
  {
    path: "create service clusterip",
    short: "Create a ClusterIP service",
    load: () => import("../commands/create-service-clusterip/create-service-clusterip.ts"),
  },
  {
    path: "create service nodeport",
    short: "Create a NodePort service",
    load: () => import("../commands/create-service-nodeport/create-service-nodeport.ts"),
  },
  {
    path: "create service loadbalancer",
    short: "Create a LoadBalancer service",
    load: () => import("../commands/create-service-loadbalancer/create-service-loadbalancer.ts"),
  },
  {
    path: "create service externalname",
    short: "Create an ExternalName service",
    load: () => import("../commands/create-service-externalname/create-service-externalname.ts"),
  },
  {
    path: "create deployment",
    aliases: ["deploy"],
    short: "Create a deployment",
    load: () => import("../commands/create-deployment/create-deployment.ts"),
  },
  {
    path: "create clusterrole",
    short: "Create a cluster role",
    load: () => import("../commands/create-clusterrole/create-clusterrole.ts"),
  },
  {
    path: "create clusterrolebinding",
    short: "Bind a cluster role in the whole cluster",
    load: () => import("../commands/create-clusterrolebinding/create-clusterrolebinding.ts"),
  },
  { path: "create role", short: "Create a role", load: () => import("../commands/create-role/create-role.ts") },
  {
    path: "create rolebinding",
    short: "Bind a role or a cluster role within a namespace",
    load: () => import("../commands/create-rolebinding/create-rolebinding.ts"),
  },
  {
    path: "create poddisruptionbudget",
    aliases: ["pdb"],
    short: "Create a pod disruption budget",
    load: () => import("../commands/create-poddisruptionbudget/create-poddisruptionbudget.ts"),
  },
  {
    path: "create priorityclass",
    aliases: ["pc"],
    short: "Create a priority class",
    load: () => import("../commands/create-priorityclass/create-priorityclass.ts"),
  },
  { path: "create job", short: "Create a job", load: () => import("../commands/create-job/create-job.ts") },
  {
    path: "create cronjob",
    aliases: ["cj"],
    short: "Create a cron job",
    load: () => import("../commands/create-cronjob/create-cronjob.ts"),
  },
  {
    path: "create ingress",
    aliases: ["ing"],
    short: "Create an ingress",
    load: () => import("../commands/create-ingress/create-ingress.ts"),
  },
  {
    path: "create token",
    short: "Request a token of a service account",
    load: () => import("../commands/create-token/create-token.ts"),
  },
];
