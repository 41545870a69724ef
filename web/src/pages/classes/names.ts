import { newId } from '../../api/newId'

export interface Line {
  /** As it was typed. */
  text: string
  /** The same for the same line as long as the page stands: a list that is sent once more adds nobody twice. */
  id: string
  familyName: string
  givenName: string
  patronymic: string | null
  /** What stands behind the first comma. */
  rest: string
}

/** One line is one person: family name, given name, patronymic; a tab, as between a table's columns, is a space. */
export function linesOf(text: string, known: Map<string, string>): Line[] {
  const met = new Map<string, number>()
  return text.split('\n').map((line) => line.replaceAll(/\s+/g, ' ').trim()).filter(Boolean).map((line) => {
    const times = (met.get(line) ?? 0) + 1
    met.set(line, times)
    const key = `${times} ${line}`
    const id = known.get(key) ?? newId()
    known.set(key, id)
    const comma = line.indexOf(',')
    const [familyName = '', givenName = '', ...more] = (comma < 0 ? line : line.slice(0, comma)).trim().split(' ')
    return { text: line, id, familyName, givenName, patronymic: more.join(' ') || null, rest: comma < 0 ? '' : line.slice(comma + 1).trim() }
  })
}
