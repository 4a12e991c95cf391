/** Reads a file line by line, however long it is. */
import { closeSync, openSync, readSync } from "node:fs";

const CHUNK_BYTES = 1 << 20;
const LINE_FEED = 0x0a;

/** The lines of a file, without their ends. Walked over anew each time, a megabyte at once. */
export function linesOf(file: string): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      const descriptor = openSync(file, "r");
      try {
        yield* lines(descriptor);
      } finally {
        closeSync(descriptor);
      }
    },
  };
}

function* lines(descriptor: number): Generator<string> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  // Bytes, not text: a chunk may end inside of a character.
  let begun: Buffer[] = [];
  for (;;) {
    const bytes = readSync(descriptor, chunk);
    if (bytes === 0) break;
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0 && end < bytes; end = chunk.indexOf(LINE_FEED, from)) {
      yield Buffer.concat([...begun, chunk.subarray(from, end)]).toString("utf8");
      begun = [];
      from = end + 1;
    }
    if (from < bytes) begun.push(Buffer.from(chunk.subarray(from, bytes)));
  }
  if (begun.length > 0) yield Buffer.concat(begun).toString("utf8");
}
