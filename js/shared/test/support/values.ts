// The values of vectors: texts and bytes in the forms in which JSON holds them, and what it is to be the same.

/** A text too long to stand there. */
export interface Template {
  readonly prefix: string;
  readonly repeat: string;
  readonly separator: string;
  readonly times: number;
  readonly suffix: string;
}

/** The text. */
export function expand({ prefix, repeat, separator, times, suffix }: Template): string {
  return prefix + Array.from({ length: times }, () => repeat).join(separator) + suffix;
}

/** Bytes in one of the forms. */
export function bytesOf(value: {
  text?: string | undefined;
  b64?: string | undefined;
  hex?: string | undefined;
  template?: Template | undefined;
}): Uint8Array {
  if (value.b64 !== undefined) return Uint8Array.from(atob(value.b64), (character) => character.charCodeAt(0));
  if (value.hex !== undefined) return Uint8Array.from(value.hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
  return new TextEncoder().encode(value.template ? expand(value.template) : (value.text ?? ''));
}

/** Throws where two values that JSON can hold differ. */
export function same(actual: unknown, expected: unknown, where = ''): void {
  const [is, should] = [actual, expected].map((value) => JSON.stringify(sorted(value)));
  if (is !== should) throw new Error(`${where === '' ? '' : `${where}: `}${is} where ${should} is right`);
}

/** With the fields of objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}
