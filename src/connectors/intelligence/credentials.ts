import type { Credential } from "../../toolkit/upstream/credential.ts";
import type { Vendor } from "../../toolkit/upstream/vendor.ts";
import { epss, kev, nvd, osv } from "./sources.ts";

/** A source asks for no credential, so what stands for one lasts as long as anybody likes. */
const LIFE_MS = 24 * 60 * 60_000;

type Variable = "CISA_KEV_BASE_URL" | "EPSS_BASE_URL" | "NVD_BASE_URL" | "OSV_BASE_URL";

interface Keyless<Name extends string> {
  readonly name: Name;
  readonly vendor: Vendor;
  readonly base: Variable;
  /** A key that the source takes, and does without. */
  readonly key?: { readonly of: (env: Env) => string; readonly header: string };
}

function keyless<Name extends string>({ name, vendor, base, key }: Keyless<Name>) {
  return {
    name,
    vendor,
    permission: "public",
    baseUrl: (env: Env) => env[base],
    mint: async (env: Env, now: number) => ({ token: key?.of(env) ?? "", expires_at: now + LIFE_MS }),
    authorize(headers: Headers, token: string) {
      // Their firewalls turn away requests that don't say what sent them.
      headers.set("user-agent", "Sallyport");
      if (key !== undefined && token !== "") headers.set(key.header, token);
    },
    problems: () => [],
  } as const satisfies Credential;
}

/** One for each public source, so that each has its own breaker. */
export const intelligenceCredentials = {
  epss: keyless({ name: "epss.read", vendor: epss, base: "EPSS_BASE_URL" }),
  kev: keyless({ name: "kev.read", vendor: kev, base: "CISA_KEV_BASE_URL" }),
  nvd: keyless({
    name: "nvd.read",
    vendor: nvd,
    base: "NVD_BASE_URL",
    key: { of: (env) => env.NVD_API_KEY, header: "apiKey" },
  }),
  osv: keyless({ name: "osv.read", vendor: osv, base: "OSV_BASE_URL" }),
} as const;
