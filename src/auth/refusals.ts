/**
 * Refusals of people and programs that nobody has identified: bad tokens, bad clients, forged forms. They are
 * counted in the log, one JSON line each, and kept out of the audit, which a flood of them could fill.
 */
export function countRefusal(refusal: { readonly category: string; readonly reason: string }): void {
  console.warn(JSON.stringify({ level: "warn", refusal: `${refusal.category}.${refusal.reason}` }));
}
