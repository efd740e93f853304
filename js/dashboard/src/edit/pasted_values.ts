// A pasted list of values.

/** One a line; a single line may be parted by tabs, semicolons or commas. */
export function valuesIn(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const parts = lines.filter((line) => line.trim() !== '').length > 1 ? lines : text.split(/[\t;,]/);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
