/** What somebody has to see of an alert's event to judge it: the process with its parent, and the file. Pure. */
import { ALGORITHMS, type AlertProcess, type File } from "../../capabilities/alerts/alert.ts";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import type { AlertFields } from "./schemas.ts";

/** The process of an alert's event, or `null` where the event names none. */
export function alertProcess(fields: AlertFields): AlertProcess | null {
  const process = one(fields, "process");
  const parent_process = one(fields, "process.parent");
  if (process === null && parent_process === null) return null;
  return { ...(process ?? { name: null, cmd_line: null, file: null }), parent_process };
}

/** The file of an alert's event, or `null` where the event names none. */
export function fileOf(fields: AlertFields, of: string): File {
  const name = textIn(fields, `${of}.name`);
  const path = textIn(fields, `${of}.path`);
  const found = hashesIn(fields, of);
  return name === null && path === null && found.length === 0 ? null : { name, path, hashes: found };
}

function one(fields: AlertFields, of: string): Omit<AlertProcess, "parent_process"> | null {
  const name = textIn(fields, `${of}.name`);
  const cmd_line = textIn(fields, `${of}.command_line`);
  const path = textIn(fields, `${of}.executable`);
  const found = hashesIn(fields, of);
  const file = path === null && found.length === 0 ? null : { path, hashes: found };
  return name === null && cmd_line === null && file === null ? null : { name, cmd_line, file };
}

function hashesIn(fields: AlertFields, of: string) {
  return Object.entries(ALGORITHMS).flatMap(([name, algorithm]) => {
    const value = textIn(fields, `${of}.hash.${name}`);
    return value === null ? [] : [{ algorithm, value }];
  });
}

function textIn(fields: AlertFields, field: string): string | null {
  const value = fields[field as keyof AlertFields];
  return typeof value === "string" ? nonBlank(value) : null;
}
