/** The largest file that the service takes, in bytes. */
export const MOST_BYTES = 700_000

/** A file in base64; null where it is larger than the service takes. */
export async function contentOf(file: Blob): Promise<string | null> {
  if (file.size > MOST_BYTES) return null
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (let begin = 0; begin < bytes.length; begin += 0x8000) text += String.fromCharCode(...bytes.subarray(begin, begin + 0x8000))
  return btoa(text)
}
