/** What the doctor tries at the public sources: one vulnerability that each of them knows. */

import type { VendorCheck } from "../../toolkit/upstream/vendor-check.ts";
import { intelligenceCredentials } from "./credentials.ts";
import { readEpss } from "./epss.ts";
import { knownExploited } from "./kev.ts";
import { readNvd } from "./nvd.ts";
import { readOsv } from "./osv.ts";

const LOG4SHELL = "CVE-2021-44228";

/** Each source's URL, and NVD's key. */
export const intelligenceChecks: readonly VendorCheck[] = [
  {
    name: "a CVE",
    credential: intelligenceCredentials.osv,
    run: async (upstream) => known("OSV_BASE_URL", await readOsv(upstream, LOG4SHELL, Date.now())),
  },
  {
    name: "a CVE",
    credential: intelligenceCredentials.nvd,
    run: async (upstream) => known("NVD_BASE_URL", await readNvd(upstream, LOG4SHELL)),
  },
  {
    name: "the catalogue",
    credential: intelligenceCredentials.kev,
    async run(upstream, _settings, env) {
      const { entries } = await knownExploited(upstream, env, Date.now());
      return known("CISA_KEV_PATH", entries.get(LOG4SHELL) ?? null);
    },
  },
  {
    name: "a score",
    credential: intelligenceCredentials.epss,
    run: async (upstream) => known("EPSS_BASE_URL", await readEpss(upstream, LOG4SHELL)),
  },
];

function known(variable: string, said: object | null): string[] {
  return said === null
    ? [`${variable}: what is there doesn't know ${LOG4SHELL}. Set the source's own URL.`]
    : [];
}
