/** Gathers a report from a running instance, as an MCP client of a signed-in person. */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { z } from "zod";
import { FRAMEWORKS, type Framework } from "../../src/catalogue/controls/frameworks.ts";
import { AuditEvent, answerWith, Checked, Control, Whoami } from "./answers.ts";
import { type Report, type ReportedControl, summaryOf } from "./report.ts";

/** A check may wait for an export of a scanner. */
const PATIENCE_MS = 120_000;
/** How long the audit store may take to hold the calls of the report, and how often it is asked. */
const STORED_WITHIN_MS = 20_000;
const ASK_EVERY_MS = 1_000;

const ControlPage = answerWith(z.object({ controls: z.array(Control) }));
const CheckAnswer = answerWith(Checked);
const EventPage = answerWith(z.object({ events: z.array(AuditEvent) }));

/** Checks every control of a framework. @throws Error if that isn't possible; a control that fails doesn't count */
export async function gatherReport(origin: string, token: string, framework: Framework): Promise<Report> {
  const client = new Client({ name: "sallyport-report", version: "1.0.0" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${origin}/mcp`), { requestInit }));
  try {
    return await new Gathering(client, origin).report(framework);
  } finally {
    await client.close();
  }
}

class Gathering {
  readonly #client: Client;
  readonly #origin: string;
  readonly #began_at = new Date();

  constructor(client: Client, origin: string) {
    this.#client = client;
    this.#origin = origin;
  }

  async report(framework: Framework): Promise<Report> {
    const { tenant, subject, name } = found(await this.#call("whoami", {}, answerWith(Whoami)));
    const checked: ReportedControl[] = [];
    // One after the other: side by side they would ask the same vendors for more than they allow.
    for (const control of await this.#controls(framework))
      checked.push(await this.#check(control, framework));
    const controls = await this.#withAudit(checked);
    return {
      framework: { id: framework, title: FRAMEWORKS[framework] },
      tenant,
      instance: this.#origin,
      prepared_by: { subject, name },
      generated_at: new Date().toISOString(),
      summary: summaryOf(controls),
      controls,
    };
  }

  async #controls(framework: Framework): Promise<Control[]> {
    const controls: Control[] = [];
    let cursor: string | null = null;
    do {
      const args: Record<string, string> = cursor === null ? { framework } : { framework, cursor };
      const page: z.output<typeof ControlPage> = await this.#call("list_controls", args, ControlPage);
      controls.push(...found(page).controls);
      cursor = page.status === "ok" ? page.coverage.next_cursor : null;
    } while (cursor !== null);
    return controls;
  }

  async #check({ requirements, ...control }: Control, framework: Framework): Promise<ReportedControl> {
    const answer = await this.#call("check_control", { control_id: control.control_id }, CheckAnswer);
    const { audit_id } = answer;
    const checked = answer.status === "ok" ? answer.data : null;
    return {
      ...control,
      requirements: requirements[framework] ?? [],
      // A check that failed says nothing about the control.
      status: checked?.status ?? "indeterminate",
      reason: answer.status === "ok" ? answer.data.reason : answer.error.message,
      checked,
      audit:
        audit_id === null
          ? null
          : { audit_id, url: `${this.#origin}/console/audit/events/${audit_id}`, event: null },
    };
  }

  /** The controls with the places of their calls in the audit, as far as the store holds them in time. */
  async #withAudit(controls: readonly ReportedControl[]): Promise<ReportedControl[]> {
    const wanted = new Set(controls.flatMap(({ audit }) => audit?.audit_id ?? []));
    const until = Date.now() + STORED_WITHIN_MS;
    for (;;) {
      const events = new Map((await this.#events()).map((event) => [event.event_id, event]));
      if ([...wanted].every((id) => events.has(id)) || Date.now() >= until) {
        return controls.map((control) =>
          control.audit === null
            ? control
            : { ...control, audit: { ...control.audit, event: events.get(control.audit.audit_id) ?? null } },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  async #events(): Promise<AuditEvent[]> {
    const args = { tool: "check_control", since: this.#began_at.toISOString(), limit: 100 };
    return found(await this.#call("search_audit", args, EventPage)).events;
  }

  async #call<Answer extends z.ZodType>(
    name: string,
    args: Record<string, unknown>,
    answer: Answer,
  ): Promise<z.output<Answer>> {
    const result = await this.#client.callTool({ name, arguments: args }, { timeout: PATIENCE_MS });
    return answer.parse(result.structuredContent);
  }
}

type Found<Data> =
  | { readonly status: "ok"; readonly data: Data }
  | { readonly status: "error"; readonly error: { readonly code: string; readonly message: string } };

function found<Data>(answer: Found<Data>): Data {
  if (answer.status === "ok") return answer.data;
  throw new Error(`${answer.error.code}: ${answer.error.message}`);
}
