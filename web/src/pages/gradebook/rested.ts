const REST = 100

type Subscribe = (hear: () => void) => () => void

/** Tells of what happened when it has been quiet for a moment: what stands around the grid need not be drawn with each key. */
export const rested = (subscribe: Subscribe): Subscribe => (hear) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = subscribe(() => {
    clearTimeout(timer)
    timer = setTimeout(hear, REST)
  })
  return () => {
    clearTimeout(timer)
    stop()
  }
}
