/**
 * Declares one credential for each public source. None needs a secret; NVD takes a key that raises its
 * limit.
 */
import * as z from "zod";
import type { Credential } from "../../toolkit/upstream/credential.ts";
import type { Vendor } from "../../toolkit/upstream/vendor.ts";
import type { SourceUrl } from "./settings.ts";
import { epss, kev, nvd, osv } from "./sources.ts";

/** A source asks for no credential, so what stands for one lasts as long as anybody likes. */
const LIFE_MS = 24 * 60 * 60_000;

interface Keyless {
  readonly name: string;
  readonly vendor: Vendor;
  /** The setting that says where the source is. */
  readonly base: SourceUrl;
  /** A key that the source takes, and does without: its setting, and where it goes. */
  readonly key?: { readonly setting: string; readonly header: string };
}

type Settings = Readonly<Record<string, string>>;

function keyless({ name, vendor, base, key }: Keyless): Credential<Settings> {
  return {
    name,
    vendor,
    permission: "public",
    secrets: z.object({}),
    baseUrl: ({ [base]: url = "" }) => url,
    mint: async ({ settings, now }) => ({
      token: (key && settings[key.setting]) ?? "",
      expires_at: now + LIFE_MS,
    }),
    authorize(headers: Headers, token: string) {
      // Their firewalls turn away requests that don't say what sent them.
      headers.set("user-agent", "Sallyport");
      if (key !== undefined && token !== "") headers.set(key.header, token);
    },
  };
}

/** One for each public source, so that each has its own breaker. */
export const intelligenceCredentials = {
  epss: keyless({ name: "epss.read", vendor: epss, base: "EPSS_BASE_URL" }),
  kev: keyless({ name: "kev.read", vendor: kev, base: "CISA_KEV_BASE_URL" }),
  nvd: keyless({
    name: "nvd.read",
    vendor: nvd,
    base: "NVD_BASE_URL",
    key: { setting: "NVD_API_KEY", header: "apiKey" },
  }),
  osv: keyless({ name: "osv.read", vendor: osv, base: "OSV_BASE_URL" }),
} as const;
