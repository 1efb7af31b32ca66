import type { DescribeWriter } from "../../kinds/definition.ts";
import { describeTabs, TabWriter } from "../../machinery/tabwriter.ts";

/** A {@link DescribeWriter} that collects its text. */
export interface CollectingWriter extends DescribeWriter {
  /** Everything that was written, aligned. */
  text(): string;
}

/** Control characters that would disturb a terminal, made visible. Mirrors printers.WriteEscaped. */
const escaped = (text: string): string => text.replaceAll("\u001b", "^[").replaceAll("\r", "\\r");

/** kubectl's PrefixWriter over a tabwriter: two blanks a level, tabs aligned at each flush. */
export function createDescribeWriter(): CollectingWriter {
  const tabs = new TabWriter(describeTabs);
  let done = "";
  const flush = (): void => {
    done += tabs.flush();
  };
  return {
    write: (level, text) => tabs.write(escaped(`${"  ".repeat(level)}${text}`)),
    flush,
    text: () => {
      flush();
      return done;
    },
  };
}
