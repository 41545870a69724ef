import { Button, Center, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../texts/formats'
import { byDay } from './byDay'
import styles from './Days.module.css'

interface DaysOf<Thing> {
  things: readonly Thing[]
  dateOf: (thing: Thing) => string
  keyOf: (thing: Thing) => string
  today: string
  children: (thing: Thing) => ReactNode
}

/** A long list by days, the newest first. */
export function Days<Thing>({ things, dateOf, keyOf, today, children }: DaysOf<Thing>) {
  const { t } = useTranslation()
  const { day } = useFormats()
  return (
    <div className={styles.days}>
      {byDay(things, dateOf).map(({ date, things: ofDay }) => (
        <section key={date}>
          <Title order={3} size="h5" mb={6}>{date === today ? t('list.today', { day: day(date) }) : day(date)}</Title>
          <ul className={styles.things}>
            {ofDay.map((thing) => <li key={keyOf(thing)} className={styles.thing}>{children(thing)}</li>)}
          </ul>
        </section>
      ))}
    </div>
  )
}

/** The way to what is older. */
export function Older({ more, fetching, hasMore }: { more: () => void; fetching: boolean; hasMore: boolean }) {
  const { t } = useTranslation()
  if (!hasMore) return <Text size="sm" c="dimmed" ta="center">{t('list.end')}</Text>
  return <Center><Button variant="default" loading={fetching} onClick={more}>{t('list.older')}</Button></Center>
}
