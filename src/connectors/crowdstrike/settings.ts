import * as z from "zod";
import { BaseUrl, Milliseconds, millisecondsOf, problemsIn } from "../settings.ts";

/** How much a device matters, from least to most. */
export const CRITICALITIES = ["low", "medium", "high", "critical"] as const;
export type Criticality = (typeof CRITICALITIES)[number];

const AnyCriticality = z.enum(CRITICALITIES);

const Settings = z.object({
  CROWDSTRIKE_BASE_URL: BaseUrl,
  CROWDSTRIKE_SETTLE_MS: Milliseconds,
  CROWDSTRIKE_UNASSIGNED_CRITICALITY: AnyCriticality,
});

/** What is wrong with the settings that are no secrets: sentences that name the variable. Empty if nothing is. */
export function settingsProblems(env: Env): string[] {
  return problemsIn(Settings, env);
}

/** The API of the customer's Falcon cloud (US-1, US-2, EU-1, GOV), without a slash at its end. */
export function baseUrl(env: Env): string {
  return env.CROWDSTRIKE_BASE_URL;
}

/**
 * How long after its deadline a request can still take effect, in milliseconds. The vendor publishes no such
 * bound, so it is for whoever runs the instance to know one; `null` where they left it empty.
 */
export function settleMs(env: Env): number | null {
  return millisecondsOf(env.CROWDSTRIKE_SETTLE_MS);
}

/** What a device counts as that nobody has rated. */
export function unassignedCriticality(env: Env): Criticality {
  return AnyCriticality.parse(env.CROWDSTRIKE_UNASSIGNED_CRITICALITY);
}
