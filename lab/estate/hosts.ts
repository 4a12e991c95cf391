/** The machines of the estate. */
import { type Person, people } from "./people.ts";
import { type Random, seeded, stableId } from "./random.ts";

/** How much a host matters to Acme. */
type Criticality = "low" | "medium" | "high" | "critical";

/** What a host is. */
export type HostKind = "windows-laptop" | "mac" | "windows-server" | "linux-server" | "domain-controller";

/** A machine of the estate, in nobody's vocabulary: each simulator turns it into its vendor's record. */
export interface Host {
  /** 32 hexadecimal digits. */
  id: string;
  hostname: string;
  kind: HostKind;
  criticality: Criticality;
  site: string;
  /** Who uses it (a laptop) or runs it (a server). */
  owner: Person;
  online: boolean;
  /** How long ago it was last heard of: for an online host counted from now, for others from the seeding. */
  seenAgoMs: number;
  firstSeenAgoMs: number;
  localIp: string;
  externalIp: string;
  gatewayIp: string;
  /** Six hexadecimal pairs, separated by hyphens. */
  mac: string;
  serial: string;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const sites = [
  { name: "Boston", code: "BOS", subnet: 20, externalIp: "203.0.113.14" },
  { name: "Frankfurt", code: "FRA", subnet: 40, externalIp: "198.51.100.72" },
  { name: "Singapore", code: "SIN", subnet: 60, externalIp: "192.0.2.201" },
] as const;

/** In this order; the first {@link knownCount} are online laptops of low or medium criticality, for tests to use up. */
const fleet: readonly { kind: HostKind; count: number; high: number; critical: number; medium: number }[] = [
  { kind: "windows-laptop", count: 120, medium: 25, high: 0, critical: 0 },
  { kind: "mac", count: 30, medium: 5, high: 0, critical: 0 },
  { kind: "windows-server", count: 50, medium: 30, high: 12, critical: 2 },
  { kind: "linux-server", count: 36, medium: 22, high: 8, critical: 2 },
  { kind: "domain-controller", count: 4, medium: 0, high: 0, critical: 4 },
];
const knownCount = 80;

const serverRoles = {
  windows: ["SQL", "APP", "FIL", "WEB", "PRT"],
  linux: ["k8s", "web", "db", "ci", "log"],
};

function hostname(
  kind: HostKind,
  siteCode: string,
  owner: Person,
  nth: number,
  serial: string,
  random: Random,
): string {
  const number = String(nth + 1).padStart(2, "0");
  switch (kind) {
    case "windows-laptop":
      return `${siteCode}-LT-${serial.slice(-6)}`;
    case "mac":
      return `MBP-${owner.login.replace(/^(.)[^.]*\.?/, "$1").toUpperCase()}-${number}`;
    case "windows-server":
      return `${siteCode}-${random.pick(serverRoles.windows)}-${number}`;
    case "linux-server":
      return `${siteCode.toLowerCase()}-${random.pick(serverRoles.linux)}-${number}.acme.test`;
    case "domain-controller":
      return `${siteCode}-DC-${number}`;
  }
}

/** Every tenth host that tests don't rely on is switched off, a third of those for more than a month. */
function absence(index: number, kind: HostKind, random: Random): Pick<Host, "online" | "seenAgoMs"> {
  const offline = index >= knownCount && kind !== "domain-controller" && index % 7 === 0;
  if (!offline) return { online: true, seenAgoMs: random.integer(5, 290) * 1000 };
  const days = index % 3 === 0 ? random.integer(31, 120) : random.integer(1, 12);
  return { online: false, seenAgoMs: days * dayMs + random.integer(0, 1439) * minuteMs };
}

function criticality(nth: number, kind: (typeof fleet)[number]): Criticality {
  if (nth < kind.critical) return "critical";
  if (nth < kind.critical + kind.high) return "high";
  // Medium ones are spread evenly among the low ones.
  const rest = kind.count - kind.critical - kind.high;
  const position = nth - kind.critical - kind.high;
  const mediumBefore = Math.floor((position * kind.medium) / rest);
  return Math.floor(((position + 1) * kind.medium) / rest) > mediumBefore ? "medium" : "low";
}

function build(): Host[] {
  const random = seeded(0xac3e);
  const hosts: Host[] = [];
  for (const kind of fleet) {
    for (let nth = 0; nth < kind.count; nth++) {
      const index = hosts.length;
      const site = random.pick(sites);
      const owner = people[index % people.length];
      if (!owner) throw new Error("the estate has no people");
      const id = stableId(`host/${index}`);
      const serial = stableId(`serial/${index}`, 8).toUpperCase();
      const subnet = site.subnet + fleet.indexOf(kind);
      const presence = absence(index, kind.kind, random);
      hosts.push({
        id,
        hostname: hostname(kind.kind, site.code, owner, nth, serial, random),
        kind: kind.kind,
        criticality: criticality(nth, kind),
        site: site.name,
        owner,
        ...presence,
        firstSeenAgoMs: presence.seenAgoMs + random.integer(130, 1100) * dayMs,
        localIp: `10.${subnet}.${Math.floor(index / 200)}.${(index % 200) + 11}`,
        externalIp: site.externalIp,
        gatewayIp: `10.${subnet}.${Math.floor(index / 200)}.1`,
        mac: `02-${(stableId(`mac/${index}`, 10).match(/../g) ?? []).join("-")}`,
        serial,
      });
    }
  }
  return hosts;
}

/** The machines of the estate, always the same, in an order that tests may rely on. */
export const hosts: readonly Host[] = build();
