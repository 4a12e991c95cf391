/** The alerts that the index begins with. */
import type { Estate } from "../estate/estate.ts";
import type { Host } from "../estate/hosts.ts";
import { draw, stableId } from "../estate/random.ts";

/** An alert as Elasticsearch shows it when it is asked for fields: each is a list of values. */
export interface Alert {
  id: string;
  fields: Record<string, readonly (string | number)[]>;
}

/** What is acknowledged was called in-progress once. */
const statuses = ["open", "acknowledged", "in-progress", "closed"] as const;
type AlertStatus = (typeof statuses)[number];

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
  const hash = stableId(name, 64);
  const id = madeUp(nth) ? stableId(`id/${name}`, 20).replace("a", "_") : hash;
  const fields: Record<string, Alert["fields"][string]> = {
    "@timestamp": [new Date(at).toISOString()],
    "kibana.alert.uuid": [hash],
    "kibana.alert.rule.uuid": [stableId(`rule/${rule.name}`)],
    "kibana.alert.rule.name": [rule.name],
    "kibana.alert.severity": [rule.severity],
    "kibana.alert.risk_score": [rule.risk],
    "kibana.alert.workflow_status": [statusOf(nth)],
    "kibana.alert.reason": [`process event on ${host.hostname} created ${rule.severity} alert ${rule.name}.`],
    // An agent reports every address that the host has, those that lead nowhere first as often as not.
    "host.name": [nth % 6 === 3 ? `${host.hostname.toLowerCase()}.corp.example.com` : host.hostname],
    "host.ip": nth % 2 === 0 ? ["fe80::1", "127.0.0.1", host.localIp] : [host.localIp],
    "user.name": [host.owner.login],
    ...processOf(rule.name),
  };
  return { id, fields: Object.fromEntries(Object.entries(fields).filter(([field]) => !lacks(nth, field))) };
}

/** Elasticsearch makes up an id where another writer gives none. */
function madeUp(nth: number): boolean {
  return nth % 30 === 11;
}

/** Rules write what they find, and older ones less. A rule that counts has no host and no user. */
function lacks(nth: number, field: string): boolean {
  const counts = nth % 30 === 7;
  // Two of one moment, and one beside another that has a name.
  const early = [12, 13, 25].includes(nth % 60);
  return (
    (counts && /^(host|user|process)\./.test(field)) ||
    (early && field === "kibana.alert.uuid") ||
    (nth % 30 === 19 && (field === "kibana.alert.reason" || field === "kibana.alert.risk_score"))
  );
}

/** What PowerShell ran. */
function processOf(rule: string): Record<string, string[]> {
  if (!rule.includes("PowerShell")) return {};
  return {
    "process.name": ["powershell.exe"],
    "process.executable": ["C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"],
    "process.command_line": ["powershell.exe -nop -w hidden -EncodedCommand SQBFAFgA"],
    "process.hash.sha256": [stableId("powershell.exe", 64)],
    "process.parent.name": ["winword.exe"],
  };
}

/** What is new is open; most of what is old has been dealt with. */
function statusOf(nth: number): AlertStatus {
  if (nth % 30 === 19) return "in-progress";
  if (nth < 60) return nth % 5 === 4 ? "acknowledged" : "open";
  return nth % 9 === 0 ? "acknowledged" : "closed";
}
