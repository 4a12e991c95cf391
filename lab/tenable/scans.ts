/** The scans of the estate. */
import type { Host, HostKind } from "../estate/hosts.ts";
import { stableId } from "../estate/random.ts";
import type { Storage } from "../storage.ts";
import { stableUuid } from "./uuid.ts";

/** A scan as somebody set it up. It can be launched any number of times; each time is a run. */
export interface Scan {
  id: number;
  schedule_uuid: string;
  name: string;
  targets: number;
  /** A disabled scan can't be launched. */
  launchable: boolean;
}

/** One run of a scan. */
export interface Run {
  id: number;
  scan_uuid: string;
  /** Epoch ms. */
  startedAt: number;
}

/** What the vendor says of a run at a moment. */
export type RunStatus = "pending" | "running" | "completed";

const pendingMs = 300;
/** How long a run takes. Real ones take hours; nobody wants to wait for that in a test. */
const runMs = 3000;
const collection = "tenable/runs";

const setUp: readonly { name: string; kinds: readonly HostKind[]; targets: number; launchable: boolean }[] = [
  { name: "Laptops, weekly", kinds: ["windows-laptop", "mac"], targets: 150, launchable: true },
  { name: "Windows servers, weekly", kinds: ["windows-server"], targets: 50, launchable: true },
  { name: "Linux servers, weekly", kinds: ["linux-server"], targets: 36, launchable: true },
  { name: "Domain controllers, daily", kinds: ["domain-controller"], targets: 4, launchable: true },
  { name: "Perimeter, quarterly", kinds: [], targets: 3, launchable: true },
  { name: "Old data centre", kinds: [], targets: 12, launchable: false },
];

/** The scans of the estate, always the same. */
export const scans: readonly Scan[] = setUp.map(({ name, targets, launchable }, at) => ({
  id: 29 + at,
  schedule_uuid: `${stableUuid(`schedule/${at}`)}${stableId(`schedule-tail/${at}`, 16)}`,
  name,
  targets,
  launchable,
}));

/** The scan that covers a host. */
export function scanOf(host: Host): Scan {
  const scan = scans[setUp.findIndex(({ kinds }) => kinds.includes(host.kind))];
  if (!scan) throw new Error(`no scan covers a ${host.kind}`);
  return scan;
}

/** A scan by either of its names: its number, or the UUID of its schedule. */
export function findScan(id: string | undefined): Scan | undefined {
  return scans.find((scan) => scan.schedule_uuid === id || String(scan.id) === id);
}

/** A run's status at a moment: it follows from the clock, so that no timer can be lost. */
export function statusOf({ startedAt }: Run, now: number): RunStatus {
  if (now < startedAt + pendingMs) return "pending";
  return now < startedAt + pendingMs + runMs ? "running" : "completed";
}

/** When a run ended, epoch ms; 0 as long as it goes on. */
export function endOf(run: Run, now: number): number {
  return statusOf(run, now) === "completed" ? run.startedAt + pendingMs + runMs : 0;
}

/** The runs of all scans: one from before the estate was seeded, and those launched since. */
export class Runs {
  readonly #storage: Storage;
  readonly #seededAt: () => number;

  constructor(storage: Storage, seededAt: () => number) {
    this.#storage = storage;
    this.#seededAt = seededAt;
  }

  /** All runs of a scan, newest first; none of one that was never launched. */
  of(scan: Scan): Run[] {
    const first: Run = {
      id: 10_534_000 + scan.id,
      scan_uuid: stableUuid(`scan-run/${scan.id}`),
      startedAt: this.#seededAt() - 3 * 3_600_000,
    };
    return [...this.#launched(scan).toReversed(), ...(scan.launchable ? [first] : [])];
  }

  /** Launches a scan, whether or not it is running already. */
  launch(scan: Scan, scan_uuid: string, now: number): Run {
    const launched = this.#launched(scan);
    const run = { id: 10_535_000 + scan.id * 1000 + launched.length, scan_uuid, startedAt: now };
    this.#storage.setChange(collection, String(scan.id), [...launched, run]);
    return run;
  }

  #launched(scan: Scan): Run[] {
    return this.#storage.change<Run[]>(collection, String(scan.id)) ?? [];
  }
}
