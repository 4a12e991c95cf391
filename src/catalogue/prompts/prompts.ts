/** Lists all prompts in their order. */
import { containSafely } from "./contain-safely.ts";
import { investigateDetection } from "./investigate-detection.ts";
import type { Prompt } from "./prompt.ts";
import { weeklyControlReview } from "./weekly-control-review.ts";

/** All prompts, in the order in which they are listed. */
export const prompts: readonly Prompt[] = [containSafely, investigateDetection, weeklyControlReview];
