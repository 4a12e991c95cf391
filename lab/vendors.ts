import { crowdstrike } from "./crowdstrike/crowdstrike.ts";
import type { Simulator } from "./simulator.ts";
import type { World } from "./world.ts";

/** Every vendor that the lab simulates: one line each. */
export const vendors: readonly ((world: World) => Simulator)[] = [crowdstrike];
