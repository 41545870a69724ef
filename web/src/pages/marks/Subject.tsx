import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../shell/icons'
import { useFormats } from '../../texts/formats'
import { shortly } from '../../texts/grades'
import { GivenMark } from './GivenMark'
import styles from './Marks.module.css'
import { nearest, type SubjectMarks } from './subjects'
import type { Trend as Weeks } from './Marks.graphql'
import { Trend } from './Trend'
import { WhatIf } from './WhatIf'

const AT_A_GLANCE = 8

/** A subject: its latest marks and its average at a glance, each mark, how the average comes about and what it might become when it is opened. */
export function Subject({ subject: { name, averages, marks }, term, trends }: { subject: SubjectMarks; term: string | undefined; trends: readonly Weeks[] }) {
  const { t } = useTranslation()
  const { decimal } = useFormats()
  const [opened, setOpened] = useState(false)
  const course = opened ? marks[0]?.courseId : undefined
  const latest = marks.slice(0, AT_A_GLANCE).reverse()
  return (
    <details className={styles.subject} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary className={styles.summary}>
        <span className={styles.open}><Icon name="after" size={16} /></span>
        <h2 className={styles.name}>{name}</h2>
        <span className={styles.latest}>
          {latest.length > 0 && <span className="unseen">{t('diary.latest')}: </span>}
          {latest.map(({ id, label, weight, counts }) => <span key={id} className={styles.glance} data-heavy={weight > 1 || undefined} data-struck={!counts || undefined}>{shortly(label)} </span>)}
        </span>
        <span className={styles.averages}>
          {averages.map(({ scale, average }) => (
            <span key={`${scale.lowest} ${scale.highest}`}><span className="unseen">{t('diary.average')}: </span>{decimal(average.decimal)} </span>
          ))}
        </span>
      </summary>
      {averages.map(({ scale, marks: count, average }) => (
        <p key={`${scale.lowest} ${scale.highest}`} className={styles.exactly}>
          {t('diary.exactly', { count, fraction: fractionOf(average), lowest: scale.lowest, highest: scale.highest })}
        </p>
      ))}
      {course && term && averages[0] && <WhatIf course={course} term={term} scale={averages[0].scale} makes={nearest(averages[0].average)} />}
      {trends.map((trend) => <Trend key={trend.scale.id} trend={trend} />)}
      <ul className={styles.list}>{marks.map((mark) => <GivenMark key={mark.id} mark={mark} retaken={marks.find(({ id }) => id === mark.retakeOf)} />)}</ul>
    </details>
  )
}

const fractionOf = ({ numerator, denominator }: { numerator: number; denominator: number }): string =>
  denominator === 1 ? String(numerator) : `${numerator}/${denominator}`
