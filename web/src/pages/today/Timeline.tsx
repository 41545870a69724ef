import { useNews } from '../../live/news'
import { type IconName, Icon } from '../../shell/icons'
import { useFormats } from '../../texts/formats'
import { Moved } from './Changes'
import { LessonMoment } from './LessonMoment'
import { MealMoment } from './MealMoment'
import { PassageMoment, RefusedMoment } from './PassageMoment'
import styles from './Timeline.module.css'
import { type Moment, newsIn } from './timeline'

/** A day from its first moment to its last. What was not there at the first look is shown as new, and read out. */
export function Timeline({ moments, timeZone }: { moments: readonly Moment[]; timeZone: string }) {
  const { time } = useFormats()
  const isNew = useNews(newsIn(moments))
  return (
    <ol className={styles.day} aria-live="polite" aria-relevant="additions">
      {moments.map((moment) => (
        <li key={moment.id} className={styles.moment} data-new={(moment.kind !== 'lesson' && isNew(moment.id)) || undefined}>
          <time dateTime={moment.at} className={styles.time}>{time(moment.at, timeZone)}</time>
          <span className={styles.icon} data-kind={moment.kind}><Icon name={iconOf(moment)} size={16} /></span>
          <div className={styles.what}><What moment={moment} isNew={isNew} /></div>
        </li>
      ))}
    </ol>
  )
}

function What({ moment, isNew }: { moment: Moment; isNew: (id: string) => boolean }) {
  switch (moment.kind) {
    case 'lesson': return <LessonMoment lesson={moment.lesson} isNew={isNew} />
    case 'moved': return <Moved lesson={moment.lesson} />
    case 'meal': return <MealMoment transfer={moment.transfer} />
    case 'passage': return <PassageMoment passage={moment} />
    case 'refused': return <RefusedMoment refused={moment} />
  }
}

function iconOf(moment: Moment): IconName {
  if (moment.kind === 'passage') return moment.direction === 'IN' ? 'enter' : 'leave'
  return ({ lesson: 'book', moved: 'book', meal: 'bag', refused: 'stop' } as const)[moment.kind]
}
