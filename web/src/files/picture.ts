/** The longer side of a page as it is sent: what is written on it is read well, and a phone's picture is a tenth of what it was. */
const SIDE = 2400
const QUALITY = 0.85
const SMALL = 400_000

/** A picture that a camera took, made small enough for a school's line before it is sent, and without what the camera wrote into it; anything else as it is. */
export async function made(file: File): Promise<File> {
  if (!/^image\/(jpeg|heic|heif)$/.test(file.type) || (file.type === 'image/jpeg' && file.size < SMALL)) return file
  const read = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => null)
  if (!read) return file
  const scale = Math.min(1, SIDE / Math.max(read.width, read.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(read.width * scale)
  canvas.height = Math.round(read.height * scale)
  canvas.getContext('2d')?.drawImage(read, 0, 0, canvas.width, canvas.height)
  read.close()
  const content = await new Promise<Blob | null>((told) => canvas.toBlob(told, 'image/jpeg', QUALITY))
  return content ? new File([content], named(file.name), { type: 'image/jpeg' }) : file
}

/** The name with the ending of what it is now. */
export const named = (name: string): string => (/\.jpe?g$/i.test(name) ? name : `${name.replace(/\.(heic|heif)$/i, '')}.jpg`)
