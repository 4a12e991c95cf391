/** Declares the tool that launches a vulnerability scan, unless it is running. */
import * as z from "zod";
import { changeSpec } from "../../toolkit/change.ts";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";
import { ScanId } from "./scan-id.ts";

const WINDOW_MS = 60 * 60 * 1000;

export const launchScan = changeSpec({
  name: "launch_scan",
  title: "Launch a scan",
  description:
    "Launches a vulnerability scan on the targets that it was set up for. One that is running isn't launched again.",
  // A repeat within the window launches nothing; a later one does.
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  capability: "vulnerabilities",
  scope: "scans:launch",
  window_ms: WINDOW_MS,
  reversed_by: null,
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
});
