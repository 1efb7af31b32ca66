/** The annotation of a node's Lease that says when its kubelet stopped renewing it; a Lease without it is renewed all the time, which nobody writes down. */
export const STOPPED_AT = "drykube.io/stopped-at";
