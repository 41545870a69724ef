/** Where the marks of a course's terms are decided. */
export const termsPath = (course: string): string => `/courses/${course}/terms`

/** Where a course's register is saved as a spreadsheet, and taken back. */
export const registerPath = (course: string): string => `/courses/${course}/register`

/** Where a course's homework is. */
export const homeworkPath = (course: string): string => `/courses/${course}/homework`

/** Where a course's gradebook is, and at which of its lessons. */
export function gradebookPath(course: string, at?: { lesson: string; date: string }): string {
  return `/courses/${course}${at ? `?${new URLSearchParams(at)}` : ''}`
}
