import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'

/** The days of a notice in words, and which lessons of them are meant. */
export function useSpan(): (startsOn: string, endsOn: string, bells: readonly number[] | null) => string {
  const { t } = useTranslation()
  const { days } = useFormats()
  return (startsOn, endsOn, bells) => [days(startsOn, endsOn), bells && t('absence.ofBells', { bells: bells.join(', ') })].filter(Boolean).join(', ')
}
