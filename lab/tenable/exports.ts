/** The exports that were asked for. */
import type { Storage } from "../storage.ts";
import type { Finding } from "./findings.ts";

/** A request for findings, to be met in parts. */
export interface Export {
  uuid: string;
  filters: Filters;
  num_assets: number;
  /** Epoch ms. */
  created: number;
}

/** What a request asks for. Times are epoch seconds. */
export interface Filters {
  severity?: string[];
  state?: string[];
  cve_id?: string[];
  cidr_range?: string;
  since?: number;
}

/** How long a chunk can be had. */
const lifeMs = 24 * 3_600_000;
/** How long an export takes. */
const workMs = 500;
/** Without any time in its filters, an export goes back as far as this. */
const usualReachMs = 30 * 24 * 3_600_000;
const collection = "tenable/exports";

/** The exports that were asked for. What is in them is worked out when it is fetched. */
export class Exports {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Begins an export. */
  begin(job: Export): void {
    this.#storage.setChange(collection, job.uuid, job);
  }

  /** An export, as long as its chunks can be had. */
  find(uuid: string | undefined, now: number): Export | undefined {
    const job = this.#storage.change<Export>(collection, uuid ?? "");
    return job && now < job.created + lifeMs ? job : undefined;
  }

  /** The export that is at work on the same filters, if there is one. */
  running({ filters, num_assets }: Pick<Export, "filters" | "num_assets">, now: number): Export | undefined {
    const wanted = JSON.stringify([filters, num_assets]);
    return [...this.#storage.changes<Export>(collection).values()].find(
      (job) => now < job.created + workMs && JSON.stringify([job.filters, job.num_assets]) === wanted,
    );
  }
}

/** The chunks of an export: the findings of so many assets each, numbered from 1. */
export function chunksOf({ filters, num_assets, created }: Export, all: readonly Finding[]): Finding[][] {
  const byAsset = Map.groupBy(
    all.filter((finding) => holds(filters, finding, created)),
    ({ asset }) => asset.uuid,
  );
  const assets = [...byAsset.values()];
  const count = Math.ceil(assets.length / num_assets);
  return Array.from({ length: count }, (_, at) =>
    assets.slice(at * num_assets, (at + 1) * num_assets).flat(),
  );
}

/** Which chunks are done, in the order in which they were: not that of their numbers. */
export function doneBy(
  { created }: Export,
  count: number,
  now: number,
): { done: number[]; finished: boolean } {
  const doneAt = (chunk: number) => created + (workMs * (1 + ((chunk * 7) % count))) / count;
  const numbers = Array.from({ length: count }, (_, at) => at + 1);
  const done = numbers.filter((chunk) => doneAt(chunk) <= now).sort((a, b) => doneAt(a) - doneAt(b) || b - a);
  return { done, finished: now >= created + workMs };
}

function holds(
  { severity, state = ["OPEN", "REOPENED"], cve_id, cidr_range, since }: Filters,
  finding: Finding,
  created: number,
): boolean {
  const reach = since === undefined ? created - usualReachMs : since * 1000;
  const lastChange = (finding.state === "FIXED" && finding.last_fixed) || finding.last_found;
  return (
    state.includes(finding.state === "RESURFACED" ? "REOPENED" : finding.state) &&
    (lastChange === undefined || Date.parse(lastChange) >= reach) &&
    (severity === undefined || severity.includes(finding.severity)) &&
    (cve_id === undefined || (finding.plugin.cve ?? []).some((cve) => cve_id.includes(cve))) &&
    (cidr_range === undefined || inRange(finding.asset.ipv4 ?? "0.0.0.0", cidr_range))
  );
}

function inRange(address: string, cidr: string): boolean {
  const [network = "", bits = "32"] = cidr.split("/");
  const shift = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(address) / shift) === Math.floor(numberOf(network) / shift);
}

const numberOf = (address: string) => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
