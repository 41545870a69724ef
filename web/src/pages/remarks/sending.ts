import { newId } from '../../api/newId'

/** The ids of what is being sent: the same words about the same pupil keep theirs until there is an answer, so that whoever sends again after a lost one says nothing twice. */
export class Sending {
  private said = ''
  private ids = new Map<string, string>()

  /** The id of these words about this pupil. */
  of(said: string, pupil: string): string {
    if (said !== this.said) this.answered()
    this.said = said
    const id = this.ids.get(pupil) ?? newId()
    this.ids.set(pupil, id)
    return id
  }

  /** There is an answer: the same words are meant anew from now on. */
  answered(): void {
    this.ids.clear()
  }
}

interface Result {
  __typename: string
  id?: string
  code?: string
}

/** What came of remarks about these pupils: the ids of those that were made, the pupils of whom none was, and why not of the first of these. */
export function outcome(pupils: readonly string[], results: readonly Result[]): { made: string[]; left: string[]; code: string | null } {
  return {
    made: results.flatMap(({ __typename, id }) => (__typename === 'Remark' && id ? [id] : [])),
    left: pupils.filter((_, place) => results[place]?.__typename === 'Refusal'),
    code: results.find(({ __typename }) => __typename === 'Refusal')?.code ?? null,
  }
}
