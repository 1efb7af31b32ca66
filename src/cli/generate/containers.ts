import { fnv32a } from "../../machinery/hash.ts";
import type { Session } from "../session.ts";

const SAFE = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;

/** A few letters and digits that differ from call to call. */
function suffix(session: Session, seed: string): string {
  let state = fnv32a(`${seed} ${session.now()} ${session.pid}`);
  let text = "";
  for (let i = 0; i < SUFFIX_LENGTH; i++) {
    text += SAFE[state % SAFE.length];
    state = Math.floor(state / SAFE.length);
  }
  return text;
}

/** The name that `create deployment` gives the container of an image: its last part, made a valid name. Mirrors create_deployment.go sanitizeAndUniquify. */
export function containerNameOf(session: Session, image: string): string {
  const last = image.slice(image.lastIndexOf("/") + 1);
  const bare = last.split(":")[0]!.split("@")[0]!;
  if (!/[_.]/.test(bare)) return bare;
  return `${bare.replace(/[_.]/g, "-")}-${suffix(session, bare)}`;
}
