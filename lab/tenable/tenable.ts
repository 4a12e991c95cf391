/** Simulates Tenable Vulnerability Management. */
import type { Simulator, VendorReply, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { assetOperations } from "./asset-operations.ts";
import { drift } from "./drift.ts";
import { exportOperations, exportStatus } from "./export-operations.ts";
import { Exports } from "./exports.ts";
import { failure } from "./failure.ts";
import { scanOperations } from "./scan-operations.ts";
import { Runs } from "./scans.ts";
import { vendor } from "./users.ts";

/** Tenable Vulnerability Management: exports of findings, and scans. Held against the vendor's document by `test/contracts`. */
export function tenable(world: World): Simulator {
  const runs = new Runs(world.storage, () => world.estate.seededAt());
  const exports = new Exports(world.storage);

  return {
    vendor,
    operations: [
      ...exportOperations(world, exports),
      ...scanOperations(world, runs),
      ...assetOperations(world),
    ],
    failure: (_request, status) => failure(status),
    tokenRefused: () => failure(401),
    partial,
    rateLimited(request, until) {
      const { headers, ...page } = failure(429);
      const retryAfter = Math.max(1, Math.ceil((until - request.now) / 1000));
      return { ...page, headers: { ...headers, "retry-after": String(retryAfter) } };
    },
    drift,
    headers: ({ traceId }) => ({ "x-request-uuid": traceId }),
  };

  /**
   * A 2xx that says that something is missing: an export whose first chunk failed. The other operations have no such
   * answer, so what they would have said is simply not there.
   */
  function partial({ operation, params, now }: VendorRequest): VendorReply {
    const job = exports.find(params.export_uuid, now);
    if (operation !== "exports-vulns-export-status" || !job) return { status: 200, body: {} };
    const whole = exportStatus(job, world.estate, now);
    if (whole.status !== "FINISHED") return { status: 200, body: whole };
    const chunks_available = whole.chunks_available.filter((chunk) => chunk !== 1);
    const reason = `1 of ${whole.total_chunks} chunks failed to process. The remaining chunks are available for download.`;
    const chunks_available_count = chunks_available.length;
    return {
      status: 200,
      body: { ...whole, reason, chunks_available, chunks_available_count, chunks_failed: [1] },
    };
  }
}
