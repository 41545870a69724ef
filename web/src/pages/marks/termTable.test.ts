import { expect, it } from 'vitest'
import type { Term, TermMark } from './Marks.graphql'
import { byTerm } from './termTable'

const term = (id: string): Term => ({ id, schoolId: 's', name: id })
const mark = (termId: string, subject: string, value: number | null): TermMark => ({ termId, courseId: 'c', subject: { id: subject, name: subject }, value, label: value === null ? null : String(value), converted: null, comment: null, revision: 1, average: null })

it('is a table of subjects by name and of the terms in which something was decided', () => {
  const later = mark('I', 'физика', 5)
  const { terms, subjects } = byTerm([term('I'), term('II'), term('III')], [later, mark('III', 'алгебра', null), mark('I', 'физика', 3)])
  expect(terms.map(({ id }) => id)).toEqual(['I', 'III'])
  expect(subjects).toEqual([
    { id: 'алгебра', name: 'алгебра', marks: [null, mark('III', 'алгебра', null)] },
    { id: 'физика', name: 'физика', marks: [later, null] },
  ])
})
