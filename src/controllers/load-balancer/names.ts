/** Where MetalLB lives. */
export const METALLB_NAMESPACE = "metallb-system";
