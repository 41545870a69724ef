import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { subjectName } from '../../shell/courseName'
import styles from './Timetable.module.css'
import type { Bell, Clash, Course } from './Timetable.graphql'
import { type Draft, timeOf, WEEKS } from './week'

/** Lessons at one moment: groups of a division, or every second week. */
const MOST = 6

interface Shown {
  bell: Bell
  day: string
  courses: readonly Course[]
  drafts: readonly Draft[]
  clashes: ReadonlyMap<number, Clash>
  add: (course: string) => void
  edit: (draft: Draft) => void
}

/** A lesson of a day: which course, in which room; every second week, or shared with another class, by what opens beside it. */
export function Cell({ bell, day, courses, drafts, clashes, add, edit }: Shown) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(() => drafts.some(({ weeks, shared }) => weeks !== 'EVERY' || shared))
  const what = { day, number: bell.number }
  return (
    <li className={styles.cell}>
      <span className={styles.bell}><b>{bell.number}</b> <time className={styles.time}>{timeOf(bell)}</time></span>
      <div className={styles.slots}>
        {drafts.map((draft) => (
          <div key={draft.key} className={styles.slot} data-clash={clashes.has(draft.key) || undefined}>
            <Choice label={t('timetable.lessonOf', what)} courses={courses} value={draft.courseId} choose={(courseId) => edit({ ...draft, courseId })} />
            <input
              className={styles.room} aria-label={t('timetable.roomOf', what)} placeholder={t('timetable.room')} value={draft.room} maxLength={20}
              onChange={({ currentTarget: { value } }) => edit({ ...draft, room: value })}
            />
            <button type="button" className={styles.more} aria-expanded={open} aria-label={t('timetable.moreOf', what)} onClick={() => setOpen(!open)}>…</button>
            {open && (
              <div className={styles.opened}>
                <select className={styles.field} aria-label={t('timetable.weeksOf', what)} value={draft.weeks} onChange={({ currentTarget: { value } }) => edit({ ...draft, weeks: value as Draft['weeks'] })}>
                  {WEEKS.map((weeks) => <option key={weeks} value={weeks}>{t(`timetable.weeks.${weeks}`)}</option>)}
                </select>
                <label className={styles.shared}>
                  <input type="checkbox" checked={draft.shared} onChange={({ currentTarget: { checked } }) => edit({ ...draft, shared: checked })} />
                  <span>{t('timetable.shared')}</span>
                </label>
              </div>
            )}
            {clashes.has(draft.key) && <ClashText clash={clashes.get(draft.key)!} />}
          </div>
        ))}
        {(drafts.length === 0 || (drafts.length < MOST && (open || drafts.every(({ courseId }) => courses.find(({ id }) => id === courseId)?.group)))) && <Choice label={t(drafts.length ? 'timetable.otherOf' : 'timetable.lessonOf', what)} courses={courses} value="" choose={add} />}
      </div>
    </li>
  )
}

function Choice({ label, courses, value, choose }: { label: string; courses: readonly Course[]; value: string; choose: (course: string) => void }) {
  return (
    <select className={styles.field} aria-label={label} value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
      <option value="">—</option>
      {courses.map(({ id, teacher, ...course }) => <option key={id} value={id}>{[subjectName(course), teacher?.name].filter(Boolean).join(' · ')}</option>)}
    </select>
  )
}

const TAKEN = ['CLASS_TAKEN', 'TEACHER_TAKEN', 'ROOM_TAKEN'] as const

/** What is taken, and by whom. */
function ClashText({ clash: { code, other } }: { clash: Clash }) {
  const { t } = useTranslation()
  const what = TAKEN.find((one) => one === code) ?? 'ROOM_TAKEN'
  return <p className={styles.clash}>{t(`timetable.taken.${what}`, { group: other.classGroup?.name ?? '', subject: other.subject?.name ?? '' })}</p>
}
