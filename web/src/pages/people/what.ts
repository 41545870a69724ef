import { useTranslation } from 'react-i18next'
import type { Known } from './People.graphql'

/** What somebody is to the school, in words. */
export function useWhat(): (person: Pick<Known, 'classGroup' | 'position' | 'isGuardian'>) => string {
  const { t } = useTranslation()
  return ({ classGroup, position, isGuardian }) =>
    [classGroup && t('office.pupilOf', { group: classGroup.name }), position, isGuardian && t('office.guardian')].filter(Boolean).join(' · ') || t('office.nobody')
}
