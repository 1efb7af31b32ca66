import { formatLabelTerms } from "../../../machinery/selectors/label.ts";
import { labelSelectorTerms } from "../../../machinery/selectors/label-selector.ts";
import type { LabelSelector } from "../../types/meta_v1.ts";

/** A selector as a URL carries it: "" for everything. Throws SelectorError for a broken one. Mirrors labels.Selector.String. */
export const selectorText = (selector: LabelSelector | undefined): string =>
  formatLabelTerms(labelSelectorTerms(selector) ?? []);
