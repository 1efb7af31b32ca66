/** A kubeconfig that cannot be used, for one reason or several; printed under "Error in configuration: ". */
export class ConfigurationInvalid extends Error {
  readonly reasons: readonly string[];
  constructor(reasons: readonly string[]) {
    super(`invalid configuration: ${reasons.length === 1 ? reasons[0] : `[${reasons.join(", ")}]`}`);
    this.name = "ConfigurationInvalid";
    this.reasons = reasons;
  }
}
