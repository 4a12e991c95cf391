/** Where a search goes on, and for which query only. */
interface Position {
  at: number;
  jql: string;
}

/** The opaque `nextPageToken`. Like the vendor's, it carries the query and so grows with it. */
export function pageToken(at: number, jql: string): string {
  return Buffer.from(JSON.stringify({ at, jql } satisfies Position)).toString("base64url");
}

/** Where a page begins: at the start without a token; nothing if the token is foreign or of another query. */
export function readPageToken(token: string | undefined, jql: string): number | undefined {
  if (!token) return 0;
  try {
    const position = JSON.parse(Buffer.from(token, "base64url").toString()) as Position;
    return position.jql === jql && Number.isInteger(position.at) ? position.at : undefined;
  } catch {
    return undefined;
  }
}
