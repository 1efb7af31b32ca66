import { type FlagSpec, flag } from "./flag.ts";

/** -f, -k and -R. `what` goes on from "Files, directories … ". */
export function filenameFlags(what: string): readonly FlagSpec[] {
  return [
    flag.strings("filename", `Files, directories or - for standard input ${what}.`, { short: "f" }),
    flag.string("kustomize", "Kustomization directory to build; not together with -f or -R.", { short: "k" }),
    flag.bool("recursive", "Go into the subdirectories of -f.", { short: "R" }),
  ];
}

export const selectorFlag: FlagSpec = flag.string(
  "selector",
  "Label selector: '=', '==', '!=', 'in', 'notin' (-l key1=value1,key2 in (a,b)). All terms must hold.",
  { short: "l" },
);

export const fieldSelectorFlag: FlagSpec = flag.string(
  "field-selector",
  "Field selector: '=', '==', '!=' (--field-selector key1=value1,key2=value2). Servers know few fields of each type.",
);

export const chunkSizeFlag: FlagSpec = flag.int64(
  "chunk-size",
  "Objects a request for long lists; 0 asks for all at once.",
  {
    default: "500",
  },
);

/** --dry-run; without a value it means what pflag's NoOptDefVal says. */
export const dryRunFlag: FlagSpec = flag.string(
  "dry-run",
  'Must be "none", "client" (only print what would be sent) or "server" (send it, but keep nothing).',
  { default: "none", noOptDefault: "unchanged" },
);

export const validateFlag: FlagSpec = flag.string(
  "validate",
  'What to do about unknown or duplicate fields: "strict" (or "true") refuses them, "warn" warns, "ignore" (or "false") drops them silently.',
  { default: "strict", noOptDefault: "strict" },
);

/** --field-manager with the command's own default. */
export const fieldManagerFlag = (name: string): FlagSpec =>
  flag.string("field-manager", "Name that owns the fields this command sets.", { default: name });

/** --save-config. */
export const saveConfigFlag: FlagSpec = flag.bool(
  "save-config",
  "Keep the configuration in the object's annotation, so that kubectl apply can follow.",
);
