import { alpine, debian } from "../bases.ts";

/** nicolaka/netshoot and its like: Alpine with every network tool. */
export const image = alpine({ extra: ["bash", "curl", "dig", "host", "nslookup", "ss", "telnet"] });

/** The jessie-dnsutils and dnsutils images of the Kubernetes documentation. */
export const dnsutils = debian({ extra: ["dig", "host", "nslookup", "ping", "ps", "nc", "curl", "wget"] });
