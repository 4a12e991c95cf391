/**
 * Splits `items` into runs whose sizes sum to at most `limit`; an item that is larger by itself is a run of its
 * own. Keeps the order.
 */
export function chunksBySize<Item>(
  items: readonly Item[],
  sizeOf: (item: Item) => number,
  limit: number,
): Item[][] {
  const chunks: Item[][] = [];
  let room = 0;
  for (const item of items) {
    const size = sizeOf(item);
    const last = chunks.at(-1);
    if (last === undefined || size > room) {
      chunks.push([item]);
      room = limit - size;
    } else {
      last.push(item);
      room -= size;
    }
  }
  return chunks;
}
