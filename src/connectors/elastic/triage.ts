/** What somebody has to see of an alert's event to judge it: the process with its parent, and the file. Pure. */
import * as z from "zod";
import { nonBlank } from "../../toolkit/text/non-blank.ts";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import type { AlertFields } from "./schemas.ts";

const text = reportedText().nullable();
const command = reportedText(512).nullable();
const path = reportedText(512).nullable();

const ALGORITHMS = { sha256: "SHA-256", sha1: "SHA-1", md5: "MD5" } as const;
const hashes = z.array(z.strictObject({ algorithm: z.enum(Object.values(ALGORITHMS)), value: text }));

export const fileShape = z.strictObject({ name: text, path, hashes }).nullable();
type File = z.output<typeof fileShape>;

const own = { name: text, cmd_line: command, file: z.strictObject({ path, hashes }).nullable() };
export const processShape = z
  .strictObject({ ...own, parent_process: z.strictObject(own).nullable() })
  .nullable();
type Process = NonNullable<z.output<typeof processShape>>;

/** The process of an alert's event, or `null` where the event names none. */
export function processOf(fields: AlertFields): Process | null {
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

function one(fields: AlertFields, of: string): Omit<Process, "parent_process"> | null {
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
