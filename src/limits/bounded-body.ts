/** Reads a request's body without holding more of it than a limit. */

/**
 * How much longer than its limit a body may be and still be read, and dropped. A connection that is closed while
 * the client still sends loses the answer that says why.
 */
const READ_BEYOND = 8;

/** The body, or `null` if it has more than `most` bytes, whatever the request says of its length. */
export async function readBounded(request: Request, most: number): Promise<Uint8Array | null> {
  const declared = Number(request.headers.get("content-length") ?? Number.NaN);
  if (declared > READ_BEYOND * most) return null;
  // Said to be short, as nearly all are: in one piece, which costs a fraction of taking a stream apart.
  if (declared <= most) {
    const whole = new Uint8Array(await request.arrayBuffer());
    return whole.byteLength > most ? null : whole;
  }
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of request.body ?? []) {
    total += chunk.byteLength;
    if (total > READ_BEYOND * most) return null;
    if (total <= most) chunks.push(chunk);
  }
  return total > most ? null : Buffer.concat(chunks);
}
