import fc from "fast-check";

/** The same cases at every run, so that a red run can be repeated. Set DRYKUBE_SEED to look further. */
fc.configureGlobal({ seed: Number(process.env["DRYKUBE_SEED"] ?? 20_261_120) });
