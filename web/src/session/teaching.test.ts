import { expect, test } from 'vitest'
import { schoolsOf } from './teaching'

const at = (personId: string, id: string) => ({ personId, school: { id, shortName: `School ${id}` } })

test('a school is told where one teaches in several, of a lesson by whoever gives it or its course', () => {
  const schoolOf = schoolsOf([at('anna', '1'), at('anna as well', '2')])
  expect([schoolOf('anna'), schoolOf('somebody', 'anna as well'), schoolOf('somebody', undefined), schoolOf()]).toEqual(['School 1', 'School 2', undefined, undefined])
  expect(schoolsOf([at('anna', '1')])('anna')).toBeUndefined()
})
