import { humanDuration } from "../../../machinery/duration.ts";
import type { TableFacet } from "../../definition.ts";
import { age, csrState } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { CertificateSigningRequest } from "../../types/certificates_v1.ts";

/** Mirrors printers.printCertificateSigningRequest. */
export const table: TableFacet<CertificateSigningRequest> = {
  columns: [
    nameColumn,
    ageColumn,
    textColumn("SignerName"),
    textColumn("Requestor"),
    textColumn("RequestedDuration"),
    textColumn("Condition"),
  ],
  row: (csr, now) => {
    const seconds = csr.spec?.expirationSeconds;
    return [
      csr.metadata.name,
      age(csr, now),
      csr.spec?.signerName || "<none>",
      csr.spec?.username ?? "",
      seconds === undefined ? "<none>" : humanDuration(seconds * 1000),
      csrState(csr.status?.conditions, csr.status?.certificate),
    ];
  },
};
