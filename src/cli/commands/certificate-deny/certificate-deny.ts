import { certificateCommand } from "../../certificates/certificate-command.ts";

/** `kubectl certificate deny`. */
export const command = certificateCommand({
  word: "deny",
  done: "denied",
  condition: "Denied",
  opposite: "Approved",
  reason: "KubectlDeny",
  long: "Deny a certificate signing request: no certificate is issued.",
});
