/** A UUIDv7, by which a write may be repeated and is done once: a moment before the chance of a UUIDv4. */
export function newId(): string {
  const at = Date.now().toString(16).padStart(12, '0')
  return `${at.slice(0, 8)}-${at.slice(8)}-7${crypto.randomUUID().slice(15)}`
}
