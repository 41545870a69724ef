import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useTeaching } from '../../session/teaching'
import { Failed, Loading } from '../../shell/states'
import { useFormats } from '../../texts/formats'
import { Answer } from './Answer'
import { HomeworkPupilsQuery } from './CourseHomework.graphql'
import styles from './CourseHomework.module.css'

/** Who has done a homework, and who has not; what was handed in, which its teacher answers. */
export function Pupils({ homework, teaches, answered }: { homework: string; teaches: boolean; answered: () => void }) {
  const { t } = useTranslation()
  const { moment } = useFormats()
  const { school } = useTeaching()
  const [{ data, error }, ask] = useQuery({ query: HomeworkPupilsQuery, variables: { homework }, requestPolicy: 'cache-and-network' })
  const again = () => ask({ requestPolicy: 'network-only' })
  if (!data) return error ? <Failed error={error} retry={again} /> : <Loading />
  const works = new Map(data.homeworkSubmissions.map((work) => [work.pupilId, work]))
  return (
    <ul className={styles.pupils}>
      {data.homeworkPupils.map(({ person, doneAt }) => {
        const work = works.get(person.id)
        return (
          <li key={person.id} className={styles.one}>
            <div className={styles.pupil}>
              <span>{person.name}</span>
              <span className={styles.state} data-done={doneAt !== null || undefined}>{doneAt ? t('homework.doneAt', { moment: moment(doneAt, school.timeZone) }) : t('homework.notDone')}</span>
            </div>
            {work && <Answer key={`${work.id}${work.state}`} work={work} name={person.name} teaches={teaches} answered={() => { again(); answered() }} />}
          </li>
        )
      })}
    </ul>
  )
}
