import { Text, Title } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useChild } from '../../session/child'
import { useFormats } from '../../texts/formats'
import { Moved } from '../today/Changes'
import { LessonMoment } from '../today/LessonMoment'
import type { DiaryDay } from './Diary.graphql'
import styles from './Diary.module.css'

const NARROW = '(max-width: 47.99em)'

interface Shown {
  day: DiaryDay
  holiday: string | undefined
  /** What the day's bells are called, where they are not the usual ones. */
  bells: string | undefined
  isNew: (id: string) => boolean
}

/** The lessons of a day, each with what belongs to it. On a phone, where days stand under one another, today is gone to, unless it can be seen. */
export function SchoolDay({ day: { date, lessons, movedAway }, holiday, bells, isNew }: Shown) {
  const { t } = useTranslation()
  const { day: dayText, time } = useFormats()
  const { school } = useChild()
  const today = date === school.today
  const place = useRef<HTMLElement>(null)
  useEffect(() => {
    const { current } = place
    if (today && current && matchMedia(NARROW).matches && current.getBoundingClientRect().top > innerHeight / 2) current.scrollIntoView()
  }, [today])
  return (
    <section ref={place} className={styles.day} data-today={today || undefined} aria-labelledby={date}>
      <Title order={3} size="h5" id={date} className={styles.date}>
        <span className={styles.name}>{dayText(date)}</span> {today && <span className={styles.today}>{t('diary.today')}</span>} {bells && <span className={styles.bells}>{bells}</span>}
      </Title>
      {lessons.length + movedAway.length === 0 && <Text size="sm" c="dimmed">{holiday ?? t('diary.noLessons')}</Text>}
      <ol className={styles.lessons}>
        {lessons.map((one) => (
          <li key={one.lesson.id} className={styles.lesson}>
            <div className={styles.bell}>
              <b>{one.lesson.bell}</b>
              <time dateTime={one.lesson.startsAt} className={styles.time}>{time(one.lesson.startsAt, school.timeZone)}</time>
            </div>
            <div className={styles.what}><LessonMoment lesson={one} isNew={isNew} /></div>
          </li>
        ))}
        {movedAway.map((lesson) => (
          <li key={lesson.id} className={styles.lesson}>
            <div className={styles.bell}><b>{lesson.movedFromBell}</b></div>
            <div className={styles.what}><Moved lesson={lesson} /></div>
          </li>
        ))}
      </ol>
    </section>
  )
}
