/** The alerts that the estate begins with. */
import { type Host, hosts } from "../../estate/hosts.ts";
import { accounts, type Person, people } from "../../estate/people.ts";
import { type Random, seeded, stableId } from "../../estate/random.ts";
import { customerId } from "../hosts/device-record.ts";
import { identityPattern, type Pattern, patterns } from "./alert-patterns.ts";
import { IDS, PRODUCTS } from "./other-alerts.ts";

/** What an alert's `status` may be. */
export const alertStatuses = ["new", "in_progress", "reopened", "closed"] as const;
export type AlertStatus = (typeof alertStatuses)[number];

/** An alert as it was before anybody changed it. */
export interface SeededAlert {
  /** The part of its id behind the customer's: `ind:<agent>:<…>`. */
  id: string;
  compositeId: string;
  pattern: Omit<Pattern, "kinds">;
  /** `null` where the alert is about an account. */
  host: Host | null;
  person: Person;
  /** Before the estate was seeded, ms. */
  ageMs: number;
  status: AlertStatus;
  assignee: Person | null;
  /** Where it isn't the endpoint's or identity protection's. */
  product?: keyof typeof PRODUCTS;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const recentCount = 38;
const oldCount = 22;
const identityCount = 2;

/** Deals with detections at Acme. */
const team = accounts.filter(({ department }) => department === "Security Operations");

/**
 * Most alerts are of the last days; of the older ones some were closed, some are being worked on, and some were
 * forgotten: nobody is assigned, and their status is still `new`.
 */
function build(): readonly SeededAlert[] {
  const random = seeded(0xa1e27);
  const alerts: SeededAlert[] = [];
  for (let nth = 0; nth < recentCount + oldCount; nth++) {
    const isOld = nth >= recentCount;
    const pattern = patterns[nth % patterns.length] ?? random.pick(patterns);
    const host = random.pick(hosts.filter(({ kind }) => pattern.kinds.includes(kind)));
    const ageMs = isOld
      ? random.integer(10, 60) * dayMs + random.integer(0, 1439) * 60_000
      : random.integer(20, 5 * 24 * 60) * 60_000;
    alerts.push(alert(nth, pattern, host, host.owner, ageMs, standing(nth, isOld, random)));
  }
  for (let nth = 0; nth < identityCount; nth++) {
    const person = random.pick(people);
    const standingNew = { status: "new", assignee: null } as const;
    alerts.push(
      alert(recentCount + oldCount + nth, identityPattern, null, person, (nth + 3) * hourMs, standingNew),
    );
  }
  for (const [nth, product] of (Object.keys(PRODUCTS) as (keyof typeof PRODUCTS)[]).entries()) {
    alerts.push(otherAlert(alerts.length, product, (nth + 2) * hourMs));
  }
  return alerts;
}

/** One of the last hours, on a host that is switched off: nobody's story rests on it. */
function otherAlert(nth: number, product: keyof typeof PRODUCTS, ageMs: number): SeededAlert {
  const host = hosts.find(({ online, kind }) => !online && kind === "windows-laptop");
  const [pattern] = patterns;
  if (!host || !pattern) throw new Error("the estate is empty");
  const seeded = alert(nth, pattern, host, host.owner, ageMs, { status: "new", assignee: null });
  const digits = seeded.id.replaceAll(/\D/g, "").slice(-18);
  const id = IDS[product]?.(host.id, digits) ?? seeded.id;
  return { ...seeded, id, compositeId: `${customerId}:${id}`, product };
}

type Standing = Pick<SeededAlert, "status" | "assignee">;

function standing(nth: number, isOld: boolean, random: Random): Standing {
  const turn = nth % 4;
  if (turn === 0) return { status: isOld ? "closed" : "in_progress", assignee: random.pick(team) };
  if (turn === 1 && isOld) return { status: "in_progress", assignee: random.pick(team) };
  if (turn === 2 && nth % 8 === 2) return { status: "reopened", assignee: null };
  return { status: "new", assignee: null };
}

function alert(
  nth: number,
  pattern: Omit<Pattern, "kinds">,
  host: Host | null,
  person: Person,
  ageMs: number,
  standing: Standing,
): SeededAlert {
  const digits = (name: string, length: number) =>
    String(Number.parseInt(stableId(`alert/${name}/${nth}`, 12), 16) % 10 ** length).padStart(length, "1");
  const agent = host?.id ?? stableId("identity-protection");
  const id = `ind:${agent}:${digits("process", 11)}-${pattern.id}-${digits("event", 7)}`;
  return { id, compositeId: `${customerId}:${id}`, pattern, host, person, ageMs, ...standing };
}

/** The alerts of the estate, always the same. */
export const seededAlerts: readonly SeededAlert[] = build();
