import { type BaseConfig, readBaseConfig } from "../../../cli/tenant/base-config.ts";
import { secretsOf } from "../../../cli/tenant/render.ts";
import { type TenantSettings, variablesToAsk } from "../../../cli/tenant/settings.ts";

/** The project's own wrangler.toml. */
export const base: BaseConfig = await readBaseConfig(".");

/** A tenant that has every vendor. */
export const acme: TenantSettings = {
  name: "acme",
  public_url: "https://mcp.acme.example",
  workers_dev: false,
  vars: Object.fromEntries(
    variablesToAsk(base, []).map(([name]) => [name, `https://${name.toLowerCase()}.example`]),
  ),
  without: [],
  secret_vars: [],
};

/** A value for each secret, which can be told from everything else. */
export const SECRETS: Readonly<Record<string, string>> = Object.fromEntries(
  secretsOf(base, acme).map((name) => [name, `secret-value-of-${name}`]),
);
