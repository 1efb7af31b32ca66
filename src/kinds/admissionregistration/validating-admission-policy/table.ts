import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, integerColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { ValidatingAdmissionPolicy } from "../../types/admissionregistration_v1.ts";

/** Mirrors printers.printValidatingAdmissionPolicy. */
export const table: TableFacet<ValidatingAdmissionPolicy> = {
  columns: [nameColumn, integerColumn("Validations"), textColumn("ParamKind"), ageColumn],
  row: (policy, now) => {
    const param = policy.spec?.paramKind;
    return [
      policy.metadata.name,
      policy.spec?.validations?.length ?? 0,
      param === undefined ? "<unset>" : `${param.apiVersion ?? ""}/${param.kind ?? ""}`,
      age(policy, now),
    ];
  },
};
