import { UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useRefresh } from '../../live/Live'
import { useChild } from '../../session/child'
import { Failed } from '../../shell/states'
import { cardPath } from '../report-cards/address'
import { useFormats } from '../../texts/formats'
import { withConverted } from '../../texts/grades'
import { type TermMark, TermMarksQuery } from './Marks.graphql'
import marked from './Marks.module.css'
import { TermMarkHistory } from './TermMarkHistory'
import styles from './TermMarks.module.css'
import { byTerm } from './termTable'

/** What was decided for a child at the end of each term, by subject. Nothing until there is something. */
export function TermMarks() {
  const { t, i18n } = useTranslation()
  const { decimal } = useFormats()
  const { id, school } = useChild()
  const [opened, open] = useState<string | null>(null)
  const [{ data, error }, ask] = useQuery({ query: TermMarksQuery, variables: { child: id }, requestPolicy: 'cache-and-network' })
  const again = () => ask({ requestPolicy: 'network-only' })
  useRefresh(id, again)
  if (error) return <Failed error={error} retry={again} />
  if (!data?.termMarks.length) return null
  const { terms, subjects } = byTerm(data.terms, data.termMarks)
  return (
    <section aria-labelledby="term-marks">
      <h2 id="term-marks" className={styles.title}>{t('marks.terms')}</h2>
      <div className={styles.scroll} tabIndex={0} role="region" aria-labelledby="term-marks">
        <table className={styles.table}>
          <thead><tr><th scope="col">{t('marks.subject')}</th>{terms.map((term) => (
            <th key={term.id} scope="col">
              {term.name} <a href={cardPath(id, term.id, i18n.language)} download className={styles.card} aria-label={t('marks.cardOf', { term: term.name })}>{t('marks.card')}</a>
            </th>
          ))}</tr></thead>
          <tbody>
            {subjects.map((subject) => (
              <tr key={subject.id}>
                <th scope="row">{subject.name}</th>
                {subject.marks.map((mark, place) => (
                  <td key={terms[place]!.id}>
                    {mark ? <><b>{mark.label === null ? t('marks.notAssessed') : withConverted({ label: mark.label, converted: mark.converted })}</b>{mark.average && <small> {decimal(mark.average.decimal)}</small>}</> : '—'}
                    {mark?.comment && <small className={styles.comment}>{mark.comment}</small>}
                    {mark && mark.revision > 1 && <Changed mark={mark} child={id} timeZone={school.timeZone} open={opened === `${mark.courseId} ${mark.termId}`} toggle={open} />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

interface Shown {
  mark: TermMark
  child: string
  timeZone: string
  open: boolean
  toggle: (which: string | null) => void
}

function Changed({ mark: { courseId, termId, revision }, child, timeZone, open, toggle }: Shown) {
  const { t } = useTranslation()
  return (
    <div>
      <UnstyledButton className={marked.changed} aria-expanded={open} onClick={() => toggle(open ? null : `${courseId} ${termId}`)}>{t('diary.changed')}</UnstyledButton>
      {open && <TermMarkHistory key={revision} child={child} course={courseId} term={termId} timeZone={timeZone} />}
    </div>
  )
}
