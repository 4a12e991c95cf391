/** Simulates exporting findings. */
import { v4 as uuidv4 } from "uuid";
import * as z from "zod";
import type { Estate } from "../estate/estate.ts";
import { changing } from "../paging.ts";
import type { Operation, VendorReply, VendorRequest } from "../simulator.ts";
import type { World } from "../world.ts";
import { chunksOf, doneBy, type Export, type Exports, type Filters } from "./exports.ts";
import { failure } from "./failure.ts";
import { findings, severities } from "./findings.ts";
import { guarded, roles } from "./users.ts";

/** What is simulated of an export request. Another filter is refused: ignored, it would find too much. */
const exportRequest = z.strictObject({
  num_assets: z.int().default(50),
  /** All assets of the estate are licensed. */
  include_unlicensed: z.boolean().default(false),
  filters: z
    .strictObject({
      severity: z.array(z.enum(severities)).optional(),
      state: z.array(z.enum(["OPEN", "REOPENED", "FIXED"])).optional(),
      cve_id: z.array(z.string()).max(200).optional(),
      cidr_range: z
        .string()
        .regex(/^\d+\.\d+\.\d+\.\d+(\/\d+)?$/)
        .optional(),
      since: z.int().min(1_000_000_000).max(9_999_999_999).optional(),
    })
    .default({}),
});

/** Exporting findings: ask, wait, fetch chunk by chunk. */
export function exportOperations({ estate }: World, exports: Exports): Operation[] {
  return [
    {
      id: "exports-vulns-request-export",
      method: "POST",
      path: "/vulns/export",
      ...guarded(roles.basic, (request) => {
        const asked = exportRequest.safeParse(jsonOf(request));
        if (!asked.success) return failure(400, asked.error.issues[0]?.message);
        const { num_assets, filters } = asked.data;
        const wanted = { filters: filters as Filters, num_assets: Math.min(5000, Math.max(50, num_assets)) };
        const running = exports.running(wanted, request.now);
        if (running) return conflict(running);
        const uuid = uuidv4();
        exports.begin({ uuid, ...wanted, created: request.now });
        return { status: 200, body: { export_uuid: uuid } };
      }),
    },
    {
      id: "exports-vulns-export-status",
      method: "GET",
      path: "/vulns/export/{export_uuid}/status",
      paging: { addOne: changing("total_chunks", (count) => Number(count) + 1) },
      ...guarded(roles.basic, (request) =>
        ofExport(request, (job) => ({ status: 200, body: exportStatus(job, estate, request.now) })),
      ),
    },
    {
      id: "exports-vulns-download-chunk",
      method: "GET",
      path: "/vulns/export/{export_uuid}/chunks/{chunk_id}",
      paging: { lose: (reply, request) => (isLastChunk(request) ? { ...reply, body: [] } : reply) },
      ...guarded(roles.basic, (request) =>
        ofExport(request, (job) => {
          const chunks = chunksOf(job, findings(estate));
          const number = Number(request.params.chunk_id);
          const chunk = chunks[number - 1];
          if (!chunk) return failure(404);
          if (!doneBy(job, chunks.length, request.now).done.includes(number)) return failure(400);
          return { status: 200, body: chunk };
        }),
      ),
    },
  ];

  function isLastChunk({ params, now }: VendorRequest): boolean {
    const job = exports.find(params.export_uuid, now);
    return job !== undefined && chunksOf(job, findings(estate)).length === Number(params.chunk_id);
  }

  function ofExport(request: VendorRequest, handle: (job: Export) => VendorReply): VendorReply {
    const job = exports.find(request.params.export_uuid, request.now);
    return job ? handle(job) : failure(404);
  }
}

/** An export's state at a moment. */
export function exportStatus(job: Export, estate: Estate, now: number) {
  const count = chunksOf(job, findings(estate)).length;
  const { done, finished } = doneBy(job, count, now);
  return {
    uuid: job.uuid,
    status: finished ? "FINISHED" : "PROCESSING",
    chunks_available: done,
    // Older answers lack these, and so do those of exports that have just begun.
    ...(finished && { chunks_failed: [] as number[], chunks_cancelled: [] as number[] }),
    total_chunks: count,
    chunks_available_count: done.length,
    empty_chunks_count: 0,
    finished_chunks: done.length,
    filters: job.filters,
    num_assets_per_chunk: job.num_assets,
    created: job.created,
  };
}

/** Two exports with the same filters don't run at the same time. */
function conflict({ uuid }: Export): VendorReply {
  const failure_reason = "The request could not be completed due to a conflict with the ongoing export";
  return { status: 409, body: { active_job_id: uuid, failure_reason } };
}

function jsonOf({ body }: VendorRequest): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
