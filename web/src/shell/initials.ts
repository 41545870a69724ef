/** What stands for a face that there is no photo of: the first letters of the first two names. */
export const initials = (name: string): string =>
  name.split(/[\s-]+/u).filter(Boolean).slice(0, 2).map((word) => [...word][0]!.toLocaleUpperCase()).join('')
