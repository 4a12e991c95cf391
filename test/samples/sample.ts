/** Samples: answers that vendors' real APIs gave. They aren't part of the project; a folder of them is passed in. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the samples are. Without them, what is held against them is skipped. */
export const folder = process.env.VENDOR_SAMPLES;

/** For the name of a skipped test. */
export const why = folder ? "" : " (skipped: set VENDOR_SAMPLES to the folder of the samples)";

/** One answer, with what its index says of it. */
export interface Sample {
  /** Below the vendor's folder: `PostEntitiesAlertsV2/01-nobody-assigned.json`. */
  readonly file: string;
  /** The vendor document's operationId. */
  readonly operation: string;
  readonly http_status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly content_type: string;
  readonly what_is_special: string;
  /** Why it is kept for its shape only, where it is. */
  readonly not_judged?: string;
  readonly body: string;
  /** The body as JSON; `undefined` where it isn't any. */
  // biome-ignore lint/suspicious/noExplicitAny: a vendor's answer has no type before it was read
  readonly json: any;
}

type Row = Pick<Sample, "file" | "operation" | "http_status" | "what_is_special"> &
  Partial<Pick<Sample, "headers" | "content_type" | "not_judged">>;

/** The samples of one vendor, in the order of its index. */
export function samplesOf(vendor: string): Sample[] {
  const base = join(folder ?? "", vendor);
  const index = JSON.parse(readFileSync(join(base, "index.json"), "utf8")) as Row[];
  return index.map((row) => {
    const body = readFileSync(join(base, row.file), "utf8");
    return {
      ...row,
      headers: row.headers ?? {},
      content_type: row.content_type ?? (row.file.endsWith(".json") ? "application/json" : "text/html"),
      body,
      json: jsonOf(body),
    };
  });
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
