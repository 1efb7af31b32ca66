import { SelectorError } from "../../../machinery/selectors/label.ts";
import { selectorText } from "../../shared/describe/selector.ts";
import type { LabelSelector } from "../../types/meta_v1.ts";

/** A selector in a job's description; a broken one says why. */
export function jobSelectorText(selector: LabelSelector | undefined): string {
  try {
    return selectorText(selector);
  } catch (error) {
    if (error instanceof SelectorError) return `Failed to get selector: ${error.message}`;
    throw error;
  }
}
