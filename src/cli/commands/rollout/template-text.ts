import type { DescribeWriter } from "../../../kinds/definition.ts";
import type { JsonObject } from "../../../machinery/object.ts";

/** A pod template as describe shows it, but with its tabs left as they are: rollout prints it so. Mirrors polymorphichelpers.printTemplate. */
export async function templateText(template: JsonObject): Promise<string> {
  const { describePodTemplate } = await import("../../../kinds/shared/describe/pod-template.ts");
  let text = "";
  const out: DescribeWriter = {
    write: (level, piece) => {
      text += `${"  ".repeat(level)}${piece}`;
    },
    flush: () => {},
  };
  describePodTemplate(out, template as Parameters<typeof describePodTemplate>[1]);
  return text;
}
