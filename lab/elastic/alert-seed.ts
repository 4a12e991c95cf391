import type { Estate } from "../estate/estate.ts";
import type { Host } from "../estate/hosts.ts";
import { draw, stableId } from "../estate/random.ts";

/** An alert as Elasticsearch shows it when it is asked for fields: each is a list of values. */
export interface Alert {
  id: string;
  fields: Record<string, readonly (string | number)[]>;
}

export const statuses = ["open", "acknowledged", "closed"] as const;
export type AlertStatus = (typeof statuses)[number];

const minuteMs = 60_000;
const count = 180;

const rules = [
  {
    name: "Suspicious PowerShell Encoded Command",
    severity: "high",
    risk: 73,
    kinds: ["windows-laptop", "windows-server"],
  },
  {
    name: "LSASS Memory Dump Creation",
    severity: "critical",
    risk: 91,
    kinds: ["windows-server", "domain-controller"],
  },
  {
    name: "Unusual Login from a New Country",
    severity: "medium",
    risk: 47,
    kinds: ["windows-laptop", "mac"],
  },
  { name: "SSH Brute Force Attempt", severity: "medium", risk: 47, kinds: ["linux-server"] },
  { name: "Kubernetes Pod Created With HostPID", severity: "high", risk: 73, kinds: ["linux-server"] },
  {
    name: "Execution of File Written by Microsoft Office",
    severity: "high",
    risk: 65,
    kinds: ["windows-laptop"],
  },
  {
    name: "Potential Ransomware Note Creation",
    severity: "critical",
    risk: 99,
    kinds: ["windows-laptop", "windows-server"],
  },
  { name: "Persistence via Login Item", severity: "low", risk: 21, kinds: ["mac"] },
  { name: "Account Added to a Privileged Group", severity: "medium", risk: 47, kinds: ["domain-controller"] },
] as const;

/** The alerts of the estate, always the same, newest first. */
export function seededAlerts(estate: Estate): Alert[] {
  const hosts = estate.hosts.filter(({ online }) => online);
  return Array.from({ length: count }, (_, nth) => alert(nth, hosts, estate.seededAt()));
}

function alert(nth: number, hosts: readonly Host[], seededAt: number): Alert {
  const name = `alert/${nth}`;
  const rule = rules[draw(`rule/${name}`, rules.length)] ?? rules[0];
  const candidates = hosts.filter(({ kind }) => (rule.kinds as readonly string[]).includes(kind));
  const host = candidates[draw(`host/${name}`, candidates.length)] ?? hosts[0];
  if (!host) throw new Error("the estate has no host");
  // Two in the same moment, every now and then: what goes by time alone would lose one of them at a page's end.
  const at = seededAt - (5 + (nth - (nth % 12 === 1 ? 1 : 0)) * 160) * minuteMs;
  const id = stableId(name, 64);
  return {
    id,
    fields: {
      "@timestamp": [new Date(at).toISOString()],
      "kibana.alert.uuid": [id],
      "kibana.alert.rule.uuid": [stableId(`rule/${rule.name}`)],
      "kibana.alert.rule.name": [rule.name],
      "kibana.alert.severity": [rule.severity],
      "kibana.alert.risk_score": [rule.risk],
      "kibana.alert.workflow_status": [statusOf(nth)],
      "kibana.alert.reason": [
        `process event on ${host.hostname} created ${rule.severity} alert ${rule.name}.`,
      ],
      "host.name": [host.hostname],
      "host.ip": [host.localIp],
      "user.name": [host.owner.login],
    },
  };
}

/** What is new is open; most of what is old has been dealt with. */
function statusOf(nth: number): AlertStatus {
  if (nth < 60) return nth % 5 === 4 ? "acknowledged" : "open";
  return nth % 9 === 0 ? "acknowledged" : "closed";
}
