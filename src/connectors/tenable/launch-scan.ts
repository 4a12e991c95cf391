import * as z from "zod";
import { claimedAt } from "../../toolkit/operation-id.ts";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";
import { defineChange } from "../../toolkit/tool.ts";
import { tenableCredentials } from "./credentials.ts";
import { OPERATIONS } from "./errors.ts";
import { concludeLaunch } from "./launch-answer.ts";
import { scanState } from "./scans.ts";
import { ScanId } from "./schemas.ts";
import { settleMs } from "./settings.ts";

const WINDOW_MS = 60 * 60 * 1000;
const DEADLINE_MS = 10_000;

export const launchScan = defineChange({
  name: "launch_scan",
  title: "Launch a scan",
  description:
    "Launches a vulnerability scan on the targets that it was set up for. One that is running isn't launched again.",
  // A repeat within the window launches nothing; a later one does.
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  scope: "scans:launch",
  credential: tenableCredentials.scan,
  read_credential: tenableCredentials.read,
  effect: {
    class: "probe",
    repeat: "adds",
    window_ms: WINDOW_MS,
    deadline_ms: DEADLINE_MS,
    landing_ms: settleMs,
    reversed_by: null,
  },
  countermeasure: null,
  input: z.strictObject({ scan_id: ScanId.describe("From search_vulnerabilities") }),
  output: z.strictObject({
    scan_id: ScanId,
    name: reportedText().nullable(),
    status: reportedText(64),
    run_uid: opaqueId.nullable(),
  }),
  target: ({ scan_id }) => ({ kind: "scan", id: scan_id }),
  sets: () => ({}),
  /** In effect is a scan that runs, or ran since the operation was claimed: whoever launched it. */
  async inspect({ scan_id }, upstream, _env, operation_id) {
    const state = await scanState(upstream, scan_id, claimedAt(operation_id));
    if (state === null) return { exists: false };
    const { name, status, uuid } = state.scan;
    return {
      exists: true,
      attributes: {},
      in_effect: state.launched,
      data: { scan_id, name: nonBlank(name), status, run_uid: uuid ?? null },
    };
  },
  request: ({ scan_id }) => ({
    operation: OPERATIONS.launchScan,
    method: "POST",
    path: `/scans/${encodeURIComponent(scan_id)}/launch`,
    json: {},
    about: ["scan_id"],
  }),
  conclude: (answer, { input: { scan_id }, before }) =>
    concludeLaunch(answer, (run_uid) => ({
      scan_id,
      name: before?.name ?? null,
      status: "pending",
      run_uid,
    })),
});
