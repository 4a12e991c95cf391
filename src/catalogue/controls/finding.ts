/** A control's answer as a Compliance Finding (2003) of OCSF 1.8. Pure. */

import type { JsonObject } from "../../toolkit/json.ts";
import { ocsfSeverity } from "../../toolkit/severity.ts";
import type { Control, Violation } from "./control.ts";
import { FRAMEWORK_IDS, FRAMEWORKS } from "./frameworks.ts";
import type { ControlReading } from "./reading.ts";
import type { ControlStatus, ControlVerdict } from "./verdict.ts";

const OCSF_VERSION = "1.8.0";

/** OCSF has no caption for "asked, and not to be decided": 99 lets the source use its own word. */
const STATUS_OF: Record<ControlStatus, { readonly status_id: number; readonly status: string }> = {
  pass: { status_id: 1, status: "Pass" },
  fail: { status_id: 3, status: "Fail" },
  indeterminate: { status_id: 99, status: "Indeterminate" },
};

export interface Checked {
  readonly tenant: string;
  readonly control: Control;
  readonly verdict: ControlVerdict;
  readonly readings: readonly ControlReading[];
  /** The violations that are shown. */
  readonly examples: readonly Violation[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The finding. Its `uid` stays the same from check to check: it is the same question. */
export function findingOf({ tenant, control, verdict, readings, examples, now }: Checked): JsonObject {
  const frameworks = FRAMEWORK_IDS.filter((id) => control.requirements[id] !== undefined);
  const resources = examples.map(({ resource: { type, uid, name } }) => ({
    type,
    uid,
    ...(name === null ? {} : { name }),
  }));
  return {
    activity_id: 1,
    activity_name: "Create",
    category_uid: 2,
    category_name: "Findings",
    class_uid: 2003,
    class_name: "Compliance Finding",
    type_uid: 200_301,
    time: now,
    message: verdict.reason,
    ...severityOf(control, verdict),
    metadata: {
      version: OCSF_VERSION,
      product: { name: "Sallyport", vendor_name: "Sallyport" },
      tenant_uid: tenant,
    },
    finding_info: {
      uid: `${tenant}/${control.control_id}`,
      title: control.title,
      desc: control.question,
      data_sources: [...new Set(readings.map(({ source }) => source))],
    },
    compliance: {
      control: control.control_id,
      standards: frameworks.map((id) => FRAMEWORKS[id]),
      requirements: frameworks.flatMap((id) => control.requirements[id] ?? []),
      ...STATUS_OF[verdict.status],
      status_details: [verdict.reason],
    },
    evidences: readings.map(({ source, what, queried_at, items, gap }) => ({
      name: what,
      data: { source, queried_at, count: items.length, complete: gap === null },
    })),
    ...(resources.length === 0 ? {} : { resources }),
  };
}

function severityOf({ severity }: Control, { status }: ControlVerdict): JsonObject {
  if (status === "indeterminate") return { ...ocsfSeverity(null) };
  return { ...ocsfSeverity(status === "fail" ? severity : "informational") };
}
