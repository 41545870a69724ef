interface Given {
  teacher: { id: string } | null
}

/** The lessons in which somebody writes: all of the own course, and of another's what they give as a substitute. */
export const writesIn = (course: Given | undefined, lessons: readonly (Given & { id: string })[], persons: readonly string[]): ReadonlySet<string> => {
  const is = (one: Given | undefined) => persons.includes(one?.teacher?.id ?? 'nobody')
  return new Set(lessons.filter((lesson) => is(course) || is(lesson)).map(({ id }) => id))
}
