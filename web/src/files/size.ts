const KILO = 1024
export const MOST_BYTES = 10 * KILO * KILO
export const MOST_FILES = 5

/** How large a file is, in kilobytes or megabytes. */
export function sizeOf(bytes: number, language: string): string {
  const large = bytes >= KILO * KILO
  const unit = large ? 'megabyte' : 'kilobyte'
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: large ? 1 : 0 }).format(large ? bytes / KILO / KILO : Math.max(1, bytes / KILO))
}
