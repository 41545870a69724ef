import type { Average, Mark } from './Marks.graphql'

export interface SubjectMarks {
  id: string
  name: string
  /** One for each scale; none where all marks are of former terms. */
  averages: Average[]
  marks: Mark[]
}

/** The whole mark that an average makes: a half goes up, as the service has it. */
export const nearest = ({ numerator, denominator }: Average['average']): number => Math.floor((2 * numerator + denominator) / (2 * denominator))

/** The marks of each subject, in the order in which they came; first the subjects that have an average, then the others. */
export function bySubject(averages: readonly Average[], marks: readonly Mark[]): SubjectMarks[] {
  const subjects = new Map([...averages, ...marks].map(({ subject }) => [subject.id, subject.name]))
  return [...subjects].map(([id, name]) => ({
    id, name,
    averages: averages.filter(({ subject }) => subject.id === id),
    marks: marks.filter(({ subject }) => subject.id === id),
  }))
}
