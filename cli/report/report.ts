/** What a report says, as its JSON file holds it. */
import type { Framework } from "../../src/catalogue/controls/frameworks.ts";
import type { ControlStatus } from "../../src/catalogue/controls/verdict.ts";
import type { AuditEvent, Checked, Control } from "./answers.ts";

/** The audit event of the call that an answer came from. */
export interface AuditLink {
  readonly audit_id: string;
  /** The event's page in the console. */
  readonly url: string;
  /** Where the event stands, or `null` where the instance had not stored it yet. */
  readonly event: AuditEvent | null;
}

/** One control, as far as it could be checked. */
export interface ReportedControl extends Omit<Control, "requirements"> {
  /** The framework's own ids. */
  readonly requirements: readonly string[];
  readonly status: ControlStatus;
  readonly reason: string;
  /** `null` where the check itself failed: then the control is indeterminate. */
  readonly checked: Checked | null;
  readonly audit: AuditLink | null;
}

export interface Report {
  readonly framework: { readonly id: Framework; readonly title: string };
  readonly tenant: string;
  readonly instance: string;
  /** Whose access it was made with. */
  readonly prepared_by: { readonly subject: string; readonly name: string };
  /** ISO 8601 UTC. */
  readonly generated_at: string;
  /** An indeterminate control is counted as neither passed nor failed. */
  readonly summary: Readonly<Record<ControlStatus, number>>;
  readonly controls: readonly ReportedControl[];
}

/** How many controls ended how. */
export function summaryOf(controls: readonly Pick<ReportedControl, "status">[]): Report["summary"] {
  const count = (wanted: ControlStatus) => controls.filter(({ status }) => status === wanted).length;
  return { pass: count("pass"), fail: count("fail"), indeterminate: count("indeterminate") };
}
