/** How Okta answers a search for users. */
import { searchUsers } from "../../../capabilities/identities/search-users.ts";
import { USER_STATUSES } from "../../../capabilities/identities/user.ts";
import { serve } from "../../../toolkit/connector.ts";
import { oktaCredentials } from "../access/credentials.ts";
import { userSearch } from "../filter.ts";
import { After } from "../next-page.ts";
import { userOf } from "./normalise-user.ts";
import { listUsers } from "./users.ts";

export const oktaSearchesUsers = serve(searchUsers, {
  credentials: [oktaCredentials.read],
  position: After,
  async read(asked, { from, limit }, { settings, upstream }) {
    const search = userSearch(asked);
    const about = [...(asked.query === undefined ? [] : ["query"]), ...(from === null ? [] : ["cursor"])];
    const question = search === null ? {} : { search };
    const page = await listUsers(upstream(oktaCredentials.read), settings, question, from, limit, about);
    return {
      data: { users: page.records.map(userOf) },
      next: page.after,
      unreadable: page.unreadable,
      // Okta leaves deactivated accounts out of a list that nothing else narrows.
      ...(search === null
        ? { searched: { status: USER_STATUSES.filter((status) => status !== "deactivated") } }
        : {}),
    };
  },
});
