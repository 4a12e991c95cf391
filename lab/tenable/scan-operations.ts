/** Simulates scans. */
import { v4 as uuidv4 } from "uuid";
import type { Operation, VendorReply, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { failure } from "./failure.ts";
import { endOf, findScan, type Run, type Runs, type Scan, scans, statusOf } from "./scans.ts";
import { guarded, roles, vendor } from "./users.ts";
import { stableUuid } from "./uuid.ts";

/** Listing scans, launching them, and looking at their runs. Only the list is for users of the lowest role. */
export function scanOperations({ effects }: World, runs: Runs): Operation[] {
  return [
    {
      id: "scans-list",
      method: "GET",
      path: "/scans",
      ...guarded(roles.basic, ({ query, now }) => {
        const from = wholeNumber(query, "started_from") ?? wholeNumber(query, "last_modification_date");
        const to = wholeNumber(query, "started_to");
        const listed = scans
          .map((scan) => describe(scan, runs.of(scan)[0], now))
          .filter(({ status, last_modification_date: launched }) => {
            const isActive = status === "pending" || status === "running";
            return (
              (from === undefined || isActive || launched >= from) && (to === undefined || launched <= to)
            );
          });
        if (from === undefined && to === undefined) listed.splice(3, 0, imported as (typeof listed)[number]);
        return { status: 200, body: { scans: listed, folders: [folder], timestamp: seconds(now) } };
      }),
    },
    {
      id: "scans-launch",
      method: "POST",
      path: "/scans/{scan_id}/launch",
      ...guarded(roles.scanOperator, (request) =>
        ofScan(request, (scan) => {
          if (!scan.launchable) return failure(403, "The scan is disabled.");
          // A repeat launches once more: the vendor takes no key by which it could know a repeat.
          const run = runs.launch(scan, uuidv4(), request.now);
          const at = new Date(request.now).toISOString();
          const target = `scan/${scan.schedule_uuid}`;
          effects.record({ vendor, action: "launch", target, at, request_id: request.requestId });
          return { status: 200, body: { scan_uuid: run.scan_uuid } };
        }),
      ),
    },
    {
      id: "scans-get-latest-status",
      method: "GET",
      path: "/scans/{scan_id}/latest-status",
      ...guarded(roles.scanOperator, (request) =>
        ofScan(request, (scan) => {
          const [latest] = runs.of(scan);
          return { status: 200, body: { status: latest ? statusOf(latest, request.now) : "empty" } };
        }),
      ),
    },
    {
      id: "scans-history",
      method: "GET",
      path: "/scans/{scan_id}/history",
      ...guarded(roles.scanOperator, (request) =>
        ofScan(request, (scan) => {
          const limit = wholeNumber(request.query, "limit") ?? 50;
          const offset = wholeNumber(request.query, "offset") ?? 0;
          const all = runs.of(scan);
          const history = all.slice(offset, offset + limit).map((run) => describeRun(run, request.now));
          const sort = [{ order: "DESC", name: "start_date" }];
          return { status: 200, body: { pagination: { offset, total: all.length, sort, limit }, history } };
        }),
      ),
    },
  ];
}

const folder = { id: 43, name: "My Scans", type: "main", custom: 0, unread_count: 0, default_tag: 1 };
const template = `${stableUuid("template")}7bd788d6be818b65`;

/** Somebody imported results of another scanner once. There is no schedule, nothing to launch, and no run. */
const imported: Partial<ReturnType<typeof describe>> = {
  control: false,
  creation_date: 1_623_325_502,
  enabled: false,
  id: 900,
  last_modification_date: 1_623_325_502,
  legacy: false,
  name: "Imported by hand",
  owner: "scanner@acme.test",
  permissions: 128,
  shared: false,
  status: "imported",
  user_permissions: 128,
};

function ofScan(request: VendorRequest, handle: (scan: Scan) => VendorReply): VendorReply {
  const scan = findScan(request.params.scan_id);
  return scan ? handle(scan) : failure(404, "Scan not found");
}

function describe(scan: Scan, latest: Run | undefined, now: number) {
  const created = 1_667_846_780 + scan.id;
  return {
    control: scan.launchable,
    creation_date: created,
    enabled: scan.launchable,
    id: scan.id,
    // The vendor's name for when the scan was last launched.
    last_modification_date: latest ? seconds(latest.startedAt) : created,
    legacy: false,
    name: scan.name,
    owner: "scanner@acme.test",
    policy_id: 27,
    read: false,
    schedule_uuid: scan.schedule_uuid,
    shared: true,
    status: latest ? statusOf(latest, now) : "empty",
    template_uuid: template,
    type: "remote",
    permissions: 16,
    user_permissions: 16,
    ...(latest && { uuid: latest.scan_uuid }),
    wizard_uuid: template,
    progress: latest && statusOf(latest, now) === "completed" ? 100 : 0,
    total_targets: scan.targets,
  };
}

function describeRun(run: Run, now: number) {
  const end = endOf(run, now);
  return {
    id: run.id,
    scan_uuid: run.scan_uuid,
    status: statusOf(run, now),
    is_archived: false,
    visibility: "public",
    targets: { custom: false, default: true },
    time_start: seconds(run.startedAt),
    ...(end > 0 && { time_end: seconds(end) }),
  };
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}

const seconds = (epochMs: number) => Math.floor(epochMs / 1000);
