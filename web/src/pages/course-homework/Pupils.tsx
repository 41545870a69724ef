import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useTeaching } from '../../session/teaching'
import { Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { HomeworkPupilsQuery } from './CourseHomework.graphql'
import styles from './CourseHomework.module.css'

/** Who has done a homework, and who has not. */
export function Pupils({ homework }: { homework: string }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const { school } = useTeaching()
  const [{ data, error }, ask] = useQuery({ query: HomeworkPupilsQuery, variables: { homework }, requestPolicy: 'cache-and-network' })
  if (!data) return error ? <Failed error={error} retry={() => ask({ requestPolicy: 'network-only' })} /> : <Loading />
  return (
    <ul className={styles.pupils}>
      {data.homeworkPupils.map(({ person, doneAt }) => (
        <li key={person.id} className={styles.pupil}>
          <span>{person.name}</span>
          <span className={styles.state} data-done={doneAt !== null || undefined}>{doneAt ? t('homework.doneAt', { moment: moment(doneAt, school.timeZone) }) : t('homework.notDone')}</span>
        </li>
      ))}
    </ul>
  )
}
