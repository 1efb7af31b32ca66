import { certificateCommand } from "../../certificates/certificate-command.ts";

/** `kubectl certificate approve`. */
export const command = certificateCommand({
  word: "approve",
  done: "approved",
  condition: "Approved",
  opposite: "Denied",
  reason: "KubectlApprove",
  long: "Approve a certificate signing request: the signer may then issue the certificate.",
});
