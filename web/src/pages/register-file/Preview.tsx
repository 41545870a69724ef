import { Alert, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormats } from '../../texts/formats'
import { RefusalText } from '../gradebook/RefusalText'
import type { Imported } from './RegisterFile.graphql'
import styles from './RegisterFile.module.css'

/** What a file changes, cell by cell, or what is wrong in it. */
export function Preview({ found: { applied, changes, faults } }: { found: Imported }) {
  const { t } = useTranslation()
  const { day } = useFormats()
  if (applied) return <Alert role="status" color="green">{t('registerFile.done', { count: changes.length })}</Alert>
  if (!changes.length && !faults.length) return <Alert role="status" color="blue">{t('registerFile.same')}</Alert>
  return (
    <>
      {faults.length > 0 && (
        <section aria-labelledby="faults">
          <Title order={2} size="h4" id="faults">{t('registerFile.faults', { count: faults.length })}</Title>
          <ul className={styles.faults}>
            {faults.map(({ cell, pupil, date, code, message }, place) => (
              <li key={`${cell}${place}`}>
                <Text span fw={650}>{cell}</Text> {pupil?.name}{date && `, ${day(date)}`}: {code === 'BAD_INPUT' && message.startsWith('not understood: ')
                  ? <Text component="span" size="sm" fw={550} c="var(--mantine-color-error)">{t('registerFile.unread', { text: message.slice(16) })}</Text>
                  : code === 'CONFLICT' ? <Text component="span" size="sm" fw={550} c="var(--mantine-color-error)">{t('registerFile.meanwhile')}</Text>
                  : <RefusalText code={code} />}
              </li>
            ))}
          </ul>
        </section>
      )}
      {changes.length > 0 && (
        <section aria-labelledby="changes">
          <Title order={2} size="h4" id="changes">{t('registerFile.changes', { count: changes.length })}</Title>
          <div className={styles.scroll} tabIndex={0} role="region" aria-labelledby="changes">
            <table className={styles.table}>
              <thead>
                <tr>{(['cell', 'pupil', 'lesson', 'was', 'becomes'] as const).map((column) => <th key={column} scope="col">{t(`registerFile.column.${column}`)}</th>)}</tr>
              </thead>
              <tbody>
                {changes.map(({ cell, kind, pupil, date, bell, old, new: fresh }, place) => (
                  <tr key={`${cell}${place}`} data-kind={kind}>
                    <td>{cell}</td>
                    <th scope="row">{pupil.name}</th>
                    <td>{day(date)}, {t('gradebook.bell', { bell })}</td>
                    <td>{old ?? '—'}</td>
                    <td>{fresh ?? t('registerFile.withdrawn')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
    </>
  )
}
