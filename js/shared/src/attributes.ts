// What the caller knows of a user, and the text by which the engine sees a value of it.

/** Names and values. Numbers and booleans count as their JSON text (`42`, `1.5`, `true`); null and undefined as absent. */
export type Attributes = Readonly<Record<string, string | number | boolean | bigint | null | undefined>>;

/** The text of a value; undefined where it has none, which the engine takes for an attribute that was not given. */
export function textOf(value: unknown): string | undefined {
  const type = typeof value;
  const hasText = type === 'string' || type === 'boolean' || type === 'bigint' || Number.isFinite(value);
  return hasText ? String(value) : undefined;
}
