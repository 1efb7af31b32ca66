import type { Controller } from "../controller.ts";
import { syncClaim } from "./claim.ts";
import { getClaim, getVolume } from "./names.ts";
import { syncVolume } from "./volume.ts";

/** Binds claims and volumes. Keys are "claim/NAMESPACE/NAME" and "volume/NAME". Mirrors pkg/controller/volume/persistentvolume. */
export const persistentVolumeController: Controller = {
  async reconcile(key, context) {
    const [kind, first, second] = key.split("/");
    if (kind === "claim") {
      const claim = getClaim(context.lister, first, second);
      if (claim !== undefined) await syncClaim(context, claim);
    } else {
      const volume = getVolume(context.lister, first);
      if (volume !== undefined) await syncVolume(context, volume);
    }
    return undefined;
  },
};
