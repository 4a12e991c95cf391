/** `.dev.vars.example`: what Cloudflare's deploy button asks for. */
import type { Credential } from "../../src/toolkit/upstream/credential.ts";

/** The file, with every secret that is required: the instance's own first, then those of each credential. */
export function secretsExample(credentials: readonly Credential[], required: readonly string[]): string {
  const theirs = credentials.map(({ name, permission, secrets }) => ({
    about: `${name}: ${permission}`,
    names: Object.keys(secrets.shape),
  }));
  const of_vendors = new Set(theirs.flatMap(({ names }) => names));
  const own = { about: "The instance's own", names: required.filter((name) => !of_vendors.has(name)) };
  const parts = [own, ...theirs]
    .filter(({ names }) => names.length > 0)
    .map(({ about, names }) => [`# ${about}`, ...names.map((name) => `${name}=`)].join("\n"));
  return `# The secrets that a deployment by Cloudflare's button asks for. Values never go into a file: docs/deploy.md.
# Written by \`npm run reference\`.

${parts.join("\n\n")}
`;
}
