/** What of wrangler.toml every tenant shares, and what is rendered for each. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";

const consumer = z.looseObject({ queue: z.string(), dead_letter_queue: z.string().optional() });

/** What each tenant has of its own, and whatever else stands in wrangler.toml as it is. */
const baseSchema = z.looseObject({
  name: z.string(),
  main: z.string(),
  /** Modules in place of others, by path. */
  alias: z.record(z.string(), z.string()).optional(),
  vars: z.record(z.string(), z.string()),
  secrets: z.looseObject({ required: z.array(z.string()) }),
  kv_namespaces: z.array(z.looseObject({ binding: z.string(), id: z.string() })),
  d1_databases: z.array(
    z.looseObject({
      binding: z.string(),
      database_name: z.string(),
      database_id: z.string(),
      migrations_dir: z.string(),
    }),
  ),
  ratelimits: z.array(z.looseObject({ name: z.string(), namespace_id: z.string() })).optional(),
  queues: z.looseObject({
    producers: z.array(z.looseObject({ binding: z.string(), queue: z.string() })),
    consumers: z.array(consumer),
  }),
});

/** wrangler.toml, from which every tenant's configuration is made. */
export type BaseConfig = z.output<typeof baseSchema>;

/**
 * Everything in wrangler.toml that may stand in every tenant's configuration alike, or that is rendered for each.
 * Another binding could be one that tenants would share without anybody having meant it.
 */
const KNOWN = new Set([
  ...["name", "main", "compatibility_date", "compatibility_flags", "vars", "secrets", "kv_namespaces"],
  ...[
    "d1_databases",
    "queues",
    "durable_objects",
    "migrations",
    "ratelimits",
    "triggers",
    "observability",
    "limits",
  ],
  ...["placement", "version_metadata", "minify", "keep_names", "upload_source_maps", "alias"],
]);

/** Reads `wrangler.toml` in `root`. @throws Error when it isn't what tenants can be made from */
export async function readBaseConfig(root: string): Promise<BaseConfig> {
  return parseBaseConfig(await readFile(join(root, "wrangler.toml"), "utf8"));
}

/** Reads the text of a wrangler.toml. @throws Error when it isn't what tenants can be made from */
export function parseBaseConfig(text: string): BaseConfig {
  const document = parse(text);
  const unknown = Object.keys(document).filter((name) => !KNOWN.has(name));
  if (unknown.length > 0) {
    throw new Error(
      `wrangler.toml has ${unknown.join(", ")}: say in cli/tenant how each tenant gets its own, or that it may be shared`,
    );
  }
  return baseSchema.parse(document);
}
