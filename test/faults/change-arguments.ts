/** Targets on which each state change can be asked for, and takes effect, whenever the estate is as seeded. */
import type { Client } from "@modelcontextprotocol/client";
import type { Target } from "../../src/toolkit/change.ts";
import { call } from "../support/worker/agent.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** One state change, ready to be asked for. */
export interface Wish {
  readonly args: Arguments;
  /** `null` where something is created, which is a target of its own each time. */
  readonly target: Target | null;
  /** What has to be done before. */
  readonly first?: { readonly tool: string; readonly args: Arguments };
}

const reason = "Test of the fault matrix";

/** Asks the lab, through the tools themselves, for targets. Nothing may be faulty yet. */
export async function wishes(agent: Client): Promise<(tool: string) => Wish> {
  const found = async (tool: string, list: string, id: string, args: Arguments): Promise<string> => {
    const answer = await call(agent, tool, args);
    const item = answer.status === "ok" ? (answer.data[list] as readonly Arguments[])[0] : undefined;
    if (item === undefined) throw new Error(`${tool} found nothing: ${JSON.stringify(answer)}`);
    return String(item[id]);
  };
  const device = await found("search_devices", "devices", "device_id", {
    containment: "normal",
    criticality: "low",
  });
  const detection = await found("search_detections", "detections", "detection_id", { status: ["new"] });
  const user = await found("search_users", "users", "user_id", { query: "viewer" });
  const scan = await found("search_vulnerabilities", "vulnerabilities", "scan_id", {
    severity: ["critical"],
  });
  const alert = await found("search_alerts", "alerts", "alert_id", { status: "open" });
  let nth = 0;
  const onDevice = { args: { device_id: device, reason }, target: { kind: "device", id: device } };
  const onUser = { args: { user_id: user, reason }, target: { kind: "user", id: user } };
  return (tool) => {
    nth += 1;
    const title = `Fault matrix, wish ${nth}`;
    const created = { title, description: "Nothing is wrong.", reason };
    switch (tool) {
      case "contain_device":
        return onDevice;
      case "release_device":
        return { ...onDevice, first: { tool: "contain_device", args: onDevice.args } };
      case "update_detection":
        return {
          args: { detection_id: detection, status: "in_progress", comment: "Looked at.", reason },
          target: { kind: "detection", id: detection },
        };
      case "launch_scan":
        return { args: { scan_id: scan, reason }, target: { kind: "scan", id: scan } };
      case "suspend_user":
      case "end_user_sessions":
        return onUser;
      case "unsuspend_user":
        return { ...onUser, first: { tool: "suspend_user", args: onUser.args } };
      case "create_ticket":
        return { args: { ...created, priority: "low" }, target: null };
      case "page_on_call":
        return { args: { title, urgency: "low", reason }, target: null };
      case "update_alert":
        return {
          args: { alert_id: alert, status: "acknowledged", reason },
          target: { kind: "alert", id: alert },
        };
      case "open_case":
        return { args: { ...created, severity: "low" }, target: null };
      default:
        throw new Error(`no wish is known for ${tool}`);
    }
  };
}
