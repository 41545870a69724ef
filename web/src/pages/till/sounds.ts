const TONES = { card: [880], served: [660, 990], refused: [220, 220] } as const

const KEPT = 'school.till.quiet'
let context: AudioContext | undefined

export const isQuiet = (): boolean => localStorage.getItem(KEPT) !== null
export const beQuiet = (quiet: boolean): void => (quiet ? localStorage.setItem(KEPT, '1') : localStorage.removeItem(KEPT))

/** A browser lets a page be heard once it has been touched. */
export function listenForTouch(): () => void {
  const begin = () => {
    context ??= new AudioContext()
  }
  addEventListener('pointerdown', begin, { once: true })
  return () => removeEventListener('pointerdown', begin)
}

/** What was seen is heard as well: one tone for a card, two that rise for a sale, two low ones for a refusal. */
export function sound(what: keyof typeof TONES): void {
  if (!context || isQuiet()) return
  const from = context.currentTime
  TONES[what].forEach((pitch, place) => {
    const tone = context!.createOscillator()
    const volume = context!.createGain()
    volume.gain.value = 0.15
    tone.frequency.value = pitch
    tone.connect(volume).connect(context!.destination)
    tone.start(from + place * 0.16)
    tone.stop(from + place * 0.16 + 0.12)
  })
}
