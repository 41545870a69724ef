const KEPT = 'school.atTill'
/** Stands for a till in the address where another one is to be chosen. */
export const ANOTHER = 'another'

/** The one there is, else the one in the address; where none is there, the one at which this device stood last. */
export function chosenTill<Till extends { id: string }>(tills: readonly Till[], asked: string | undefined, storage: Storage = localStorage): Till | undefined {
  const wanted = asked ?? storage.getItem(KEPT)
  return tills.length === 1 ? tills[0] : tills.find(({ id }) => id === wanted)
}

export const keepTill = (till: string, storage: Storage = localStorage): void => storage.setItem(KEPT, till)
