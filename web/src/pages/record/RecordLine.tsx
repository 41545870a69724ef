import { useTranslation } from 'react-i18next'
import { Icon } from '../../shell/icons'
import { useFormats } from '../../texts/formats'
import { changeOf } from './changes'
import type { Line } from './Record.graphql'
import styles from './Record.module.css'

/** What somebody did with one kind of a child's data on a day. */
export function RecordLine({ line: { area, action, kind, times, firstAt, lastAt, ...who }, timeZone }: { line: Line; timeZone: string }) {
  const { t } = useTranslation()
  const { time } = useFormats()
  const changed = action === 'CHANGED'
  const [first, last] = [time(firstAt, timeZone), time(lastAt, timeZone)]
  return (
    <div className={styles.entry}>
      <span className={styles.icon} data-changed={changed || undefined}><Icon name={changed ? 'pen' : 'eye'} size={16} /></span>
      <div>
        <div className={styles.who}><Who {...who} /></div>
        <div>{changed && kind ? t(`record.kind.${changeOf(kind)}`) : `${t(`record.${action}`)}: ${t(`area.${area}`)}`}</div>
        <div className={styles.more}>{first === last ? first : `${first}–${last}`}{times > 1 && ` · ${t('record.times', { count: times })}`}</div>
      </div>
    </div>
  )
}

/** Of the staff by name, of a family by what they are to the child. */
function Who({ own, name, position, role, relation }: Pick<Line, 'own' | 'name' | 'position' | 'role' | 'relation'>) {
  const { t } = useTranslation()
  const as = relation ? t(`relation.${relation}`) : role ? t(`role.${role}`) : t('record.service')
  if (own) return t('record.you')
  if (!name) return as
  return <>{name} <span className={styles.position}>{position ?? as}</span></>
}
