import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { heading } from "../../shared/describe/fields.ts";
import type { Secret, ServiceAccount } from "../../types/core_v1.ts";

interface Secrets {
  /** Names of the account's token secrets. */
  readonly tokens: readonly string[];
  /** Whether a secret that the account names is not there. */
  readonly isMissing: (name: string) => boolean;
}

async function readSecrets(account: ServiceAccount, context: DescribeContext): Promise<Secrets> {
  let secrets: readonly Secret[];
  try {
    secrets = (await context.list("", "v1", "secrets", account.metadata.namespace)) as readonly unknown[] as Secret[];
  } catch {
    return { tokens: [], isMissing: () => false };
  }
  const isOwn = ({ type, metadata }: Secret): boolean =>
    type === "kubernetes.io/service-account-token" &&
    metadata.annotations?.["kubernetes.io/service-account.name"] === account.metadata.name &&
    metadata.annotations?.["kubernetes.io/service-account.uid"] === account.metadata.uid;
  const names = new Set(secrets.map((s) => s.metadata.name ?? ""));
  const named = new Set([...(account.secrets ?? []), ...(account.imagePullSecrets ?? [])].map((s) => s.name ?? ""));
  return {
    tokens: secrets.filter(isOwn).map((s) => s.metadata.name ?? ""),
    isMissing: (name) => named.has(name) && !names.has(name),
  };
}

// As wide as the widest of the three titles: these are aligned by hand.
const blank = " ".repeat("Image pull secrets:".length);

function secretLines(
  out: DescribeWriter,
  title: string,
  names: readonly string[],
  isMissing: (name: string) => boolean,
): void {
  if (names.length === 0) out.write(0, `${title}\t<none>\n`);
  for (const [i, name] of names.entries())
    out.write(0, `${i === 0 ? title : blank}\t${name}${isMissing(name) ? " (not found)" : ""}\n`);
}

async function describeServiceAccount(
  account: ServiceAccount,
  context: DescribeContext,
  out: DescribeWriter,
): Promise<void> {
  const { tokens, isMissing } = await readSecrets(account, context);
  const namesOf = (references: readonly { readonly name?: string }[] | undefined): string[] =>
    (references ?? []).map((r) => r.name ?? "");
  heading(out, account, "namespaced");
  secretLines(out, "Image pull secrets:", namesOf(account.imagePullSecrets), isMissing);
  secretLines(out, "Mountable secrets: ", namesOf(account.secrets), isMissing);
  secretLines(out, "Tokens:            ", tokens, isMissing);
  await describeEvents(account, context, out);
}

/** Mirrors describe.describeServiceAccount. */
export const describe: DescribeFacet<ServiceAccount> = { describe: describeServiceAccount };
