interface Given {
  teacher: { id: string } | null
}

/** The lessons in which somebody writes: all of the own course, and of another's what they give as a substitute. */
export const writesIn = (course: Given, lessons: readonly (Given & { id: string })[], persons: readonly string[]): ReadonlySet<string> => {
  const is = (one: Given) => persons.includes(one.teacher?.id ?? '')
  return new Set(lessons.filter((lesson) => is(course) || is(lesson)).map(({ id }) => id))
}
