import { Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { linksOf, LONGEST_TEXT, MOST_LINKS, MOST_MINUTES, wrong } from './task'

export interface Said {
  text: string
  minutes: string
  links: string
}

/** Whether it can be sent. */
export const isWhole = ({ text, links }: Said): boolean => text.trim() !== '' && wrong(linksOf(links)).length === 0 && linksOf(links).length <= MOST_LINKS

/** As the service takes it. */
export const contentOf = ({ text, minutes, links }: Said) => ({ text: text.trim(), minutes: minutes ? Number(minutes) : null, links: linksOf(links) })

/** What a homework says: text, minutes, links one on each line. `wanting` tells what is missing. */
export function Says({ said, say, wanting }: { said: Said; say: (said: Said) => void; wanting: boolean }) {
  const { t } = useTranslation()
  const links = linksOf(said.links)
  const bad = wrong(links)
  const fault = bad.length > 0 ? t('homework.badLink', { link: bad[0]! }) : links.length > MOST_LINKS && t('homework.manyLinks', { count: MOST_LINKS })
  return (
    <>
      <Textarea
        label={t('homework.text')} required autoFocus autosize={false} rows={4} maxLength={LONGEST_TEXT} value={said.text} error={wanting && !said.text.trim() && t('homework.textNeeded')}
        onChange={({ currentTarget: { value } }) => say({ ...said, text: value })}
      />
      <TextInput
        label={t('homework.minutes')} type="number" inputMode="numeric" min={1} max={MOST_MINUTES} step={1} maw={220} value={said.minutes}
        onChange={({ currentTarget: { value } }) => say({ ...said, minutes: value })}
      />
      <Textarea
        label={t('homework.links')} description={t('homework.linksHint')} autosize={false} rows={2} value={said.links} error={said.links.trim() !== '' && fault}
        onChange={({ currentTarget: { value } }) => say({ ...said, links: value })}
      />
    </>
  )
}
