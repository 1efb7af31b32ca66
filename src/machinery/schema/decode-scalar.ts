import { canonicalQuantity, QuantityError } from "../quantity.ts";
import { formatMicroTime, formatTime } from "../time.ts";
import { canonicalBase64, corruptBase64At } from "./base64.ts";
import type { GoType } from "./go-plan.ts";
import { parseGoTime, rfc3339, rfc3339Micro } from "./go-time.ts";
import { jsonTypeName } from "./json-value.ts";

/** What reading one JSON value came to. `mismatch` is what encoding/json calls the value ("string", "number 1.5"). */
export type ScalarOutcome =
  | { readonly value: unknown }
  | { readonly mismatch: string }
  /** An error that is noted, while decoding goes on. */
  | { readonly saved: string }
  /** The error of a type's own UnmarshalJSON, which ends decoding; `wanted` goes with a mismatch in there: the type it decodes into. */
  | { readonly fatal: string; readonly wanted?: string };

const inRange = (value: number, bits: 32 | 64): boolean =>
  bits === 32 ? value >= -2147483648 && value <= 2147483647 : value >= -(2 ** 63) && value < 2 ** 63;

/** Reads what is no struct, slice or map. Mirrors encoding/json literalStore and the API types' own UnmarshalJSON. */
export function decodeScalar(type: GoType, value: unknown): ScalarOutcome {
  switch (type.kind) {
    case "string":
      return typeof value === "string" ? { value } : { mismatch: jsonTypeName(value) };
    case "bool":
      return typeof value === "boolean" ? { value } : { mismatch: jsonTypeName(value) };
    case "int32":
      return decodeInteger(value, 32);
    case "int64":
      return decodeInteger(value, 64);
    case "float64":
      return typeof value === "number" ? { value } : { mismatch: jsonTypeName(value) };
    case "bytes":
      return decodeBytes(value);
    case "quantity":
      return decodeQuantity(value);
    case "intOrString":
      return decodeIntOrString(value);
    case "time":
      return decodeTime(value, rfc3339);
    case "microTime":
      return decodeTime(value, rfc3339Micro);
    default:
      return { value };
  }
}

function decodeInteger(value: unknown, bits: 32 | 64): ScalarOutcome {
  if (typeof value !== "number") return { mismatch: jsonTypeName(value) };
  return Number.isInteger(value) && inRange(value, bits) ? { value } : { mismatch: `number ${goNumber(value)}` };
}

function decodeBytes(value: unknown): ScalarOutcome {
  if (typeof value !== "string") return { mismatch: jsonTypeName(value) };
  const corrupt = corruptBase64At(value);
  return corrupt === undefined
    ? { value: canonicalBase64(value) }
    : { saved: `illegal base64 data at input byte ${corrupt}` };
}

function decodeQuantity(value: unknown): ScalarOutcome {
  const text = typeof value === "string" ? value.trim() : typeof value === "number" ? goNumber(value) : "?";
  try {
    return { value: canonicalQuantity(text) };
  } catch (error) {
    if (error instanceof QuantityError) return { fatal: error.message };
    throw error;
  }
}

function decodeIntOrString(value: unknown): ScalarOutcome {
  if (typeof value === "string") return { value };
  const outcome = decodeInteger(value, 32);
  return "mismatch" in outcome ? { fatal: outcome.mismatch, wanted: "int32" } : outcome;
}

function decodeTime(value: unknown, layout: string): ScalarOutcome {
  if (typeof value !== "string") return { fatal: jsonTypeName(value), wanted: "string" };
  const at = parseGoTime(value, layout);
  if (typeof at !== "number") return { fatal: at.error };
  return { value: layout === rfc3339 ? formatTime(at) : formatMicroTime(at) };
}

/** A number as a Go client writes it into JSON. */
export function goNumber(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);
}
