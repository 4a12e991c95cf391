/**
 * The one vendor that every contender asks: answers at once, in the words of CrowdStrike's documents, about any
 * device there could be. It remembers what it was asked to contain, so that reading back finds it so.
 */
import { deviceRecord } from "../../lab/crowdstrike/hosts/device-record.ts";
import { hosts } from "../../lab/estate/hosts.ts";

const NEVER_EXPIRES_S = 1_000_000;
const contained = new Set<string>();
let requests = 0;

/** A whole record as the vendor sends it, cut where the id and the containment go: answering costs next to nothing. */
const PIECES = recordTemplate().split(/"(?:DEVICE_ID|STATUS)"/);

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    switch (pathname) {
      case "/oauth2/token":
        return Response.json({ access_token: "vendor-token", expires_in: NEVER_EXPIRES_S }, { status: 201 });
      case "/devices/entities/devices/v2":
        requests += 1;
        return json(200, `{"resources":[${device(await deviceIdIn(request))}],"errors":[],"meta":{}}`);
      case "/devices/entities/devices-actions/v2": {
        requests += 1;
        const id = await deviceIdIn(request);
        if (searchParams.get("action_name") === "contain") contained.add(id);
        else contained.delete(id);
        return json(202, `{"resources":[{"id":"${id}"}],"errors":[],"meta":{}}`);
      }
      case "/requests":
        return Response.json(requests);
      default:
        return new Response("no such operation\n", { status: 404 });
    }
  },
} satisfies ExportedHandler;

async function deviceIdIn(request: Request): Promise<string> {
  const { ids } = (await request.json()) as { ids: string[] };
  return ids[0] ?? "";
}

function device(id: string): string {
  const [start, middle, end] = PIECES;
  return `${start}"${id}"${middle}"${contained.has(id) ? "contained" : "normal"}"${end}`;
}

function recordTemplate(): string {
  const [host] = hosts;
  if (host === undefined) throw new Error("the estate is empty");
  const at = Date.UTC(2026, 0, 1);
  const record = deviceRecord(host, "normal", { lastSeen: at, firstSeen: at, changed: undefined });
  const { device_id: _id, status: _status, ...rest } = record;
  return JSON.stringify({ device_id: "DEVICE_ID", status: "STATUS", ...rest, criticality: "low" });
}

function json(status: number, body: string): Response {
  return new Response(body, { status, headers: { "content-type": "application/json" } });
}
