/** Says what a page or action needs of a person's roles, and whether they have it. */
import { type Role, type Scope, scopesOfRoles } from "../toolkit/scopes.ts";

/** What a page or an action asks of whoever wants it: a scope of their role, the role itself, or any role at all. */
export type Need = Scope | "admin" | "any";

/** Whether somebody with `roles` may. Asked of the roles that the person has now, on every request. */
export function may(roles: readonly Role[], need: Need): boolean {
  switch (need) {
    case "any":
      return roles.length > 0;
    case "admin":
      return roles.includes("admin");
    default:
      return scopesOfRoles(roles).includes(need);
  }
}

/** The need in words, for whoever lacks it. */
export function inWords(need: Need): string {
  switch (need) {
    case "any":
      return "a role here";
    case "admin":
      return "the role admin";
    default:
      return `a role that holds ${need}`;
  }
}
