/** How Tenable launches a scan. */
import { launchScan } from "../../capabilities/vulnerabilities/launch-scan.ts";
import { serve } from "../../toolkit/connector.ts";
import { claimedAt } from "../../toolkit/operation-id.ts";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import { tenableCredentials } from "./credentials.ts";
import { TENABLE_OPERATIONS } from "./errors.ts";
import { concludeLaunch } from "./launch-answer.ts";
import { scanState } from "./scans.ts";

const DEADLINE_MS = 10_000;

export const tenableLaunchesScan = serve(launchScan, {
  credential: tenableCredentials.scan,
  read_credential: tenableCredentials.read,
  class: "probe",
  repeat: "adds",
  deadline_ms: DEADLINE_MS,
  landing_ms: ({ TENABLE_SETTLE_MS }) => TENABLE_SETTLE_MS,
  /** In effect is a scan that runs, or ran since the operation was claimed: whoever launched it. */
  async inspect({ scan_id }, { upstream, operation_id }) {
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
    operation: TENABLE_OPERATIONS.launchScan,
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
