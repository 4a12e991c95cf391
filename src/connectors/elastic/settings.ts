/** Reads the settings that say which Kibana and which space are asked. */
import * as z from "zod";
import { BaseUrl, SettleMs } from "../../toolkit/settings.ts";

/** What says where and how it is asked, secrets aside. */
export const elasticSettings = z.object({
  ELASTIC_BASE_URL: BaseUrl.refine(
    (value) => value.split("/").at(-2) !== "s",
    "must not name a space: that is ELASTIC_SPACE",
  ).describe("Kibana's address, without a space"),
  ELASTIC_SPACE: z
    .string()
    .regex(/^[a-z0-9_-]{0,64}$/, "must be a space's identifier, or empty for the default space")
    .default("")
    .describe("identifier of the space; empty for the default space"),
  ELASTIC_SETTLE_MS: SettleMs,
});

export type ElasticSettings = z.output<typeof elasticSettings>;

/** Kibana's address, with the space's path if it isn't the default space, without a slash at its end. */
export function kibanaOf({
  ELASTIC_BASE_URL,
  ELASTIC_SPACE,
}: Pick<ElasticSettings, "ELASTIC_BASE_URL" | "ELASTIC_SPACE">): string {
  return ELASTIC_SPACE === "" ? ELASTIC_BASE_URL : `${ELASTIC_BASE_URL}/s/${ELASTIC_SPACE}`;
}
