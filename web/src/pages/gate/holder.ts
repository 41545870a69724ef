import { useTranslation } from 'react-i18next'
import type { DoorTap } from './Gate.graphql'

/** Whose card it was, as it is called out: the name. */
export function useHolder(): (tap: Pick<DoorTap, 'person' | 'verdict'>) => string {
  const { t } = useTranslation()
  return ({ person, verdict }) => person?.name ?? t(verdict.reason === 'UNKNOWN_CARD' ? 'gate.stranger' : 'gate.nameless')
}

/** The class of a pupil, the position of one of the staff. */
export function useStanding(): (tap: Pick<DoorTap, 'classGroup' | 'position'>) => string | null {
  const { t } = useTranslation()
  return ({ classGroup, position }) => (classGroup ? t('gate.class', { name: classGroup.name }) : position)
}
