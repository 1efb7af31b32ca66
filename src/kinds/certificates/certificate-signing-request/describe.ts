import { type CertificateRequest, parseCertificateRequest } from "../../../machinery/codec/certificate-request.ts";
import { humanDuration } from "../../../machinery/duration.ts";
import { formatLabels } from "../../../machinery/selectors/label.ts";
import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { field } from "../../shared/describe/fields.ts";
import { rfc1123 } from "../../shared/describe/time.ts";
import { csrState } from "../../shared/table/cells.ts";
import type { CertificateSigningRequest } from "../../types/certificates_v1.ts";

function list(out: DescribeWriter, name: string, values: readonly string[]): void {
  if (values.length > 0) out.write(0, `\t${name}:\t${values.join("\n\t\t")}\n`);
}

function subject(out: DescribeWriter, request: CertificateRequest): void {
  const of = (attribute: string): readonly string[] => request.subject.get(attribute) ?? [];
  out.write(0, "Subject:\n");
  out.write(0, `\tCommon Name:\t${of("CN").at(-1) ?? ""}\n`);
  out.write(0, `\tSerial Number:\t${of("serialNumber").at(-1) ?? ""}\n`);
  list(out, "Organization", of("O"));
  list(out, "Organizational Unit", of("OU"));
  list(out, "Country", of("C"));
  list(out, "Locality", of("L"));
  list(out, "Province", of("ST"));
  list(out, "StreetAddress", of("street"));
  list(out, "PostalCode", of("postalCode"));
}

function alternativeNames(out: DescribeWriter, { dnsNames, emails, uris, ips }: CertificateRequest): void {
  if (dnsNames.length + emails.length + uris.length + ips.length === 0) return;
  out.write(0, "Subject Alternative Names:\n");
  list(out, "DNS Names", dnsNames);
  list(out, "Email Addresses", emails);
  list(out, "URIs", uris);
  list(out, "IP Addresses", ips);
}

function parsed({ spec }: CertificateSigningRequest): CertificateRequest {
  try {
    return parseCertificateRequest(Buffer.from(spec?.request ?? "", "base64"));
  } catch (error) {
    throw new Error(`Error parsing CSR: ${(error as Error).message}`);
  }
}

async function describeCsr(
  csr: CertificateSigningRequest,
  context: DescribeContext,
  out: DescribeWriter,
): Promise<void> {
  const { metadata, spec, status } = csr;
  const request = parsed(csr);
  field(out, "Name", metadata.name ?? "");
  field(out, "Labels", formatLabels(metadata.labels));
  field(out, "Annotations", formatLabels(metadata.annotations));
  field(out, "CreationTimestamp", rfc1123(metadata.creationTimestamp));
  field(out, "Requesting User", spec?.username ?? "");
  if (spec?.signerName) field(out, "Signer", spec.signerName);
  if (spec?.expirationSeconds !== undefined)
    field(out, "Requested Duration", humanDuration(spec.expirationSeconds * 1000));
  field(out, "Status", csrState(status?.conditions, status?.certificate));
  subject(out, request);
  alternativeNames(out, request);
  await describeEvents(csr, context, out);
}

/** Mirrors describe.describeCertificateSigningRequest. */
export const describe: DescribeFacet<CertificateSigningRequest> = { describe: describeCsr };
