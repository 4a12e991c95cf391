/** What a filter of the address asks for, trimmed; `undefined` if it was left empty. */
export function given({ searchParams }: URL, name: string): string | undefined {
  const value = searchParams.get(name)?.trim() ?? "";
  return value === "" ? undefined : value;
}
