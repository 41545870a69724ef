/** Things of the same day together, in the order in which they came. */
export function byDay<Thing>(things: readonly Thing[], dateOf: (thing: Thing) => string): { date: string; things: Thing[] }[] {
  const days: { date: string; things: Thing[] }[] = []
  for (const thing of things) {
    const date = dateOf(thing)
    const last = days.at(-1)
    if (last?.date === date) last.things.push(thing)
    else days.push({ date, things: [thing] })
  }
  return days
}
