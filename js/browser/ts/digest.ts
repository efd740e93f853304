// Short names for texts that should not be shown.

/** FNV-1a, 32 bits (G. Fowler, L. C. Noll, K.-P. Vo). It tells texts apart; it is no lock. */
export function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}
