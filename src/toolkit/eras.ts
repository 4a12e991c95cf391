/** The protocol's eras, and which of them a deployment speaks. */

/** By the newest revision of each. */
export const ERAS = ["2025-11-25", "2026-07-28"] as const;
export type Era = (typeof ERAS)[number];

/** The eras of a comma-separated list, or `null` if it names none, or something else. */
export function erasIn(value: string): readonly Era[] | null {
  const named = value.split(",").map((era) => era.trim());
  const known = ERAS.filter((era) => named.includes(era));
  return known.length > 0 && named.every((era) => known.some((one) => one === era)) ? known : null;
}
