/** What people's agents do all day: mostly they read, sometimes they change something, often they ask twice. */
import type { Answer, Wire } from "./wire.ts";

/** Somebody's agent. */
export interface HonestAgent {
  readonly name: string;
  /** Its next request. */
  next(): Promise<Answer>;
}

/** Who they are, and on which lane. Two sessions of one person share that person's limits. */
export const HONEST = [
  { user: "responder", lane: "2025" },
  { user: "responder", lane: "2026" },
  { user: "responder2", lane: "2026" },
  { user: "responder2", lane: "2025" },
  { user: "analyst", lane: "2025" },
  { user: "analyst", lane: "2026" },
  { user: "viewer", lane: "2026" },
  { user: "viewer", lane: "2025" },
] as const;

const READS = "devices:read detections:read identities:read tickets:read vulnerabilities:read";

/** What an agent asks for when it connects: who may not change anything doesn't ask to. */
export function scopesOf(user: string): string {
  return user === "viewer" ? READS : `${READS} devices:contain`;
}

/** An agent on `wire` that may touch `devices`, which are nobody else's. */
export function honestAgent(
  name: string,
  wire: Wire,
  devices: readonly string[],
  changes: boolean,
): HonestAgent {
  const device = (nth: number) => ({ device_id: devices[nth % devices.length] ?? "" });
  const reason = "Load test of this instance";
  const reads: ((nth: number) => Promise<Answer>)[] = [
    () => wire.call("search_devices", { limit: 5 }),
    (nth) => wire.call("get_device", device(nth)),
    () => wire.call("search_detections", { limit: 5 }),
    (nth) => wire.call("get_device", device(nth + 1)),
    () => wire.call("search_users", { limit: 5 }),
    () => wire.call("whoami", {}),
    () => wire.call("search_tickets", { limit: 5 }),
    () => wire.request("tools/list"),
  ];
  // Each twice: what is asked again must not be done again.
  const writes: ((nth: number) => Promise<Answer>)[] = [
    (nth) => wire.call("contain_device", { ...device(nth), reason }),
    (nth) => wire.call("contain_device", { ...device(nth), reason }),
    (nth) => wire.call("release_device", { ...device(nth), reason }),
    (nth) => wire.call("release_device", { ...device(nth), reason }),
  ];
  let turn = 0;
  let written = 0;
  return {
    name,
    next() {
      turn += 1;
      if (changes && turn % 4 === 0) {
        const write = writes[written % writes.length];
        const nth = Math.floor(written / writes.length);
        written += 1;
        if (write !== undefined) return write(nth);
      }
      return (reads[turn % reads.length] ?? wire.call.bind(wire, "whoami", {}))(turn);
    },
  };
}
