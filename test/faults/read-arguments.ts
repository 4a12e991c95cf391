/** Arguments with which each read finds something at the lab. */
import type { Client } from "@modelcontextprotocol/client";
import { call } from "../support/worker/agent.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** A CVE that every source knows. */
const CVE_ID = "CVE-2021-44228";
/** An administrator, so that the account has roles as well as factors. */
const ADMINISTRATOR = "admin@acme.test";

/** Asks the lab, through the tools themselves, for what the other tools take. Nothing may be faulty yet. */
export async function readArguments(agent: Client): Promise<(tool: string) => Arguments> {
  const device_id = await firstId(agent, "search_devices", "devices", "device_id");
  const detection_id = await firstId(agent, "search_detections", "detections", "detection_id");
  const user_id = await firstId(agent, "search_users", "users", "user_id", { query: ADMINISTRATOR });
  const ticket_id = await firstId(agent, "search_tickets", "tickets", "ticket_id");
  let days = 0;
  return (tool) => {
    switch (tool) {
      case "get_device":
        return { device_id };
      case "get_detection":
        return { detection_id };
      case "get_user":
        return { user_id };
      case "get_ticket":
        return { ticket_id };
      case "lookup_cve":
        return { cve_id: CVE_ID };
      case "search_vulnerabilities": {
        // Another question each time: an export that is under way is adopted, and not asked for. And few findings,
        // so that a page doesn't end before the chunk does.
        days += 1;
        const since = new Date(Date.UTC(2020, 0, days)).toISOString();
        return { severity: ["critical", "high"], since, limit: 100 };
      }
      default:
        return {};
    }
  };
}

async function firstId(
  agent: Client,
  tool: string,
  list: string,
  id: string,
  args: Arguments = {},
): Promise<unknown> {
  const answer = await call(agent, tool, args);
  const found = answer.status === "ok" ? (answer.data[list] as readonly Arguments[])[0] : undefined;
  if (found === undefined) throw new Error(`${tool} found nothing: ${JSON.stringify(answer)}`);
  return found[id];
}
