/** What the Worker may weigh, and be made of. */
import type { BundledModule } from "./contents.ts";

/** What the Worker may weigh compressed, in bytes: some growth beyond what it weighs. The platform is far from it. */
export const GZIP_BUDGET = 600 * 1024;

/** The packages that requests go through, all the way down. Whatever else comes in, comes in unasked. */
const PACKAGES: readonly string[] = [
  "@cloudflare/workers-oauth-provider",
  "@modelcontextprotocol/core",
  "@modelcontextprotocol/sdk",
  "@modelcontextprotocol/server",
  "agents",
  "canonicalize",
  "cockatiel",
  "content-type",
  "hono",
  "jose",
  "kysely",
  "kysely-d1",
  "oauth4webapi",
  "openid-client",
  "uuid",
  "zod",
  "zod-to-json-schema",
];

/** Parts of these packages that no request goes through. */
const UNUSED: readonly { readonly part: RegExp; readonly instead: string }[] = [
  { part: /^zod\/v4\/locales\/(?!en\.)/, instead: 'import zod with `import * as z from "zod"`' },
  { part: /^zod\/v3\//, instead: "use version 4 of the schemas" },
  { part: /^kysely\/dist\/dialect\/(mysql|postgres|mssql)\//, instead: "import the SQLite dialect alone" },
  {
    part: /^@modelcontextprotocol\/sdk\/.*\/client\//,
    instead: "this is a server: import its parts by path",
  },
];

/** What is wrong with a bundle of these modules that weighs `gzip_bytes` compressed, in words. Empty when nothing is. */
export function sizeProblems(modules: readonly BundledModule[], gzip_bytes: number): string[] {
  const found = [...strangers(modules), ...unused(modules)];
  if (gzip_bytes > GZIP_BUDGET) {
    found.push(
      `The Worker weighs ${kib(gzip_bytes)} compressed, and should weigh ${kib(GZIP_BUDGET)} at most.`,
    );
  }
  return found;
}

/** Bytes for people. */
export function kib(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}

/** The largest module of each package stands for it: the way to it is where to begin. */
function strangers(modules: readonly BundledModule[]): string[] {
  const unasked = modules.filter(({ package: name }) => name !== null && !PACKAGES.includes(name));
  return [...Map.groupBy(unasked, ({ package: name }) => name ?? "")].map(
    ([name, parts]) => `${name} is in the Worker, ${leadingTo(parts)}: leave it out, or name it in PACKAGES.`,
  );
}

function unused(modules: readonly BundledModule[]): string[] {
  return UNUSED.flatMap(({ part, instead }) => {
    const parts = modules.filter(({ path }) => part.test(path.replace(/^node_modules\//, "")));
    return parts.length === 0 ? [] : [`No request uses ${parts[0]?.path}, ${leadingTo(parts)}: ${instead}.`];
  });
}

function leadingTo(parts: readonly BundledModule[]): string {
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  return `${kib(bytes)} in ${parts.length} modules by way of ${parts[0]?.by_way_of.join(" → ")}`;
}
