/** What of a picture is to be the face: how much larger than the largest square, and where, from 0 (left, above) to 1. */
export interface Framing {
  zoom: number
  x: number
  y: number
}

export interface Size {
  width: number
  height: number
}

/** The upper middle, where a face is in most pictures; the server looks there, too. */
export const BEGUN: Framing = { zoom: 1, x: 0.5, y: 0.3 }
/** Pixels of the square that is sent; the server keeps no more. */
export const SIDE = 512
/** The server takes no smaller pictures. */
export const LEAST_SIDE = 64

/** The square that is cut out of a picture of this size. */
export function frameOf({ width, height }: Size, { zoom, x, y }: Framing): { left: number; top: number; edge: number } {
  const edge = Math.min(width, height) / zoom
  return { left: (width - edge) * x, top: (height - edge) * y, edge }
}
