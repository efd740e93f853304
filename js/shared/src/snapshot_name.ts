// What a snapshot is called in a storage of names and texts.

/** A name that tells servers and keys apart, and shows neither. `owner` is both. */
export function snapshotName(owner: string): string {
  // What is kept in another form needs another name.
  return `sidekick:2:${digest(owner)}`;
}

/** FNV-1a, 32 bits (G. Fowler, L. C. Noll, K.-P. Vo). It tells texts apart; it is no lock. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return (hash >>> 0).toString(36);
}
