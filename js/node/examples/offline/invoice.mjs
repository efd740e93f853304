// What a flag decides: which form of invoice a customer gets.

/** `flags` is whatever answers `isEnabled`: a client, or what a test puts in its place. */
export function invoice(flags, { id, name, country }) {
  const isNew = flags.isEnabled('new_invoice', id, { country });
  return isNew ? `Invoice for ${name}, with a code to scan` : `Invoice for ${name}`;
}
