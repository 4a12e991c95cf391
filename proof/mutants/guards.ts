/** All guards that are taken out in turn. */
import { AUDIT_GUARDS } from "./audit-guards.ts";
import { DOOR_GUARDS } from "./door-guards.ts";
import { EFFECT_GUARDS } from "./effect-guards.ts";
import { EXPORT_GUARDS } from "./export-guards.ts";
import { IDENTITY_GUARDS } from "./identity-guards.ts";
import { MATCHING_GUARDS } from "./matching-guards.ts";
import type { Mutant } from "./mutant.ts";
import { PATH_GUARDS } from "./path-guards.ts";
import { RETENTION_GUARDS } from "./retention-guards.ts";

/** Every guard that is taken out in turn. */
export const MUTANTS: readonly Mutant[] = [
  ...PATH_GUARDS,
  ...IDENTITY_GUARDS,
  ...EFFECT_GUARDS,
  ...MATCHING_GUARDS,
  ...RETENTION_GUARDS,
  ...AUDIT_GUARDS,
  ...EXPORT_GUARDS,
  ...DOOR_GUARDS,
];
