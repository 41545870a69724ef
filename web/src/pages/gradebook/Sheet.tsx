import { Alert, Stack } from '@mantine/core'
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQueue } from '../../unsent/useQueue'
import { useFormats } from '../../texts/formats'
import { type Book, keyOf } from './book'
import { Corrections } from './Corrections'
import { Cursor } from './cursor'
import { Details, LessonDetails } from './Details'
import { Editor, type Notice } from './editor'
import type { GradebookData } from './Gradebook.graphql'
import { cellAt, Grid } from './Grid'
import styles from './Grid.module.css'
import { Keypad } from './Keypad'
import { begunBy, gradeOf, labelOf } from '../../texts/grades'
import { type Action, FAR, kindOf } from './keys'
import { Line } from './Line'
import { QueueStatus } from './QueueStatus'
import type { Span } from './span'

/** The latest are what is tried again. */
const MOST_RETAKABLE = 30

interface Props {
  book: Book
  course: GradebookData['course']
  /** Of which days the book is. */
  span: Span
  version: number
  today: string
  /** The lesson to begin at; else the last one. */
  at: string | null
  /** The lessons in which the teacher writes; whoever gives none of them looks only. */
  writes: ReadonlySet<string>
  /** Whether the course is the teacher's own. */
  whole: boolean
}

/** The grid with what is around it, and what its keys do. */
export function Sheet({ book, course: { id: courseId, scale, subject, classGroup }, span, version, today, at, writes, whole }: Props) {
  const { t } = useTranslation()
  const { day, date } = useFormats()
  const queue = useQueue()
  const table = useRef<HTMLTableElement>(null)
  const [cursor] = useState(() => new Cursor())
  const editor = useMemo(() => new Editor(book, queue, scale), [book, queue, scale])
  const mine = writes.size > 0
  const [notice, setNotice] = useState<Notice | null>(null)
  const [draft, setDraft] = useState('')
  const [over, open] = useState<DOMRect | null>(null)
  const typed = useRef({ digits: '', letters: '', more: false })

  const placeAt = useCallback((row: number, column: number) => {
    const [pupil, lesson] = [book.pupils[row], book.lessons[column]]
    return pupil && lesson ? { pupil: pupil.id, lesson: lesson.id } : null
  }, [book])

  const goTo = useCallback((row: number, column: number) => {
    const [down, across] = [Math.max(-1, Math.min(row, book.pupils.length - 1)), Math.max(0, Math.min(column, book.lessons.length - 1))]
    cellAt(table.current, down, across)?.focus()
  }, [book])

  useLayoutEffect(() => {
    const column = book.lessons.findIndex(({ id }) => id === at)
    goTo(0, column < 0 ? book.lessons.length - 1 : column)
  }, [goTo, book, at])

  /** What was typed so far becomes a mark. */
  const finish = useCallback((): void => {
    const { digits, letters, more } = typed.current
    typed.current = { digits: '', letters: '', more: false }
    setDraft('')
    const { row, column } = cursor.get()
    const place = placeAt(row, column)
    if (!place || !writes.has(place.lesson)) return
    if (digits) return setNotice(editor.type(place, Number(digits), more))
    if (!letters) return
    const [begun, kind] = [begunBy(scale, letters), kindOf(letters)]
    const grade = kind && begun.length > 0 && begun[0]!.label.length > letters.length ? null : gradeOf(scale, letters)
    if (grade !== null) setNotice(editor.type(place, grade, more))
    else if (kind) editor.attend(place, kind)
    else setNotice({ say: 'outOfScale' })
  }, [cursor, editor, placeAt, scale, writes])

  const act = useCallback((action: Action): void => {
    const { row, column } = cursor.get()
    const place = placeAt(row, column)
    if (action.do !== 'digit' && action.do !== 'letter') finish()
    switch (action.do) {
      case 'move': return goTo(action.rows === -FAR ? 0 : row + action.rows, column + action.columns)
      case 'down': return row < 0 ? show() : goTo(row + 1, column)
      case 'up': return goTo(row - 1, column)
      case 'details': return show()
    }
    if (!mine) return
    switch (action.do) {
      case 'undo': {
        const back = editor.undo()
        if ('say' in back) return setNotice(back)
        setNotice(null)
        return goTo(book.pupils.findIndex(({ id }) => id === back.pupil), book.lessons.findIndex(({ id }) => id === back.lesson))
      }
      case 'digit': {
        typed.current.digits += action.digit
        if (Number(typed.current.digits) === 0 || Number(typed.current.digits) * 10 > (scale?.highest ?? 0)) return finish()
        return setDraft(typed.current.digits)
      }
      case 'letter': {
        const letters = typed.current.letters + action.letter
        const begun = begunBy(scale, letters)
        typed.current.letters = letters
        // One letter may be the register's; what can be nothing but a grade is one at once.
        if (!begun.length || (begun.length === 1 && (!kindOf(letters) || begun[0]!.label.length === letters.length))) return finish()
        return setDraft(letters)
      }
      case 'add':
        typed.current.more = true
        return setDraft('+')
    }
    if (!place || !writes.has(place.lesson)) return
    setNotice(null)
    if (action.do === 'withdraw') editor.withdraw(place)
    else if (action.do === 'discard') editor.discard(place)
    else editor.attend(place, action.kind)

    function show(): void {
      const cell = cellAt(table.current, row, column)
      if (cell && writes.has(book.lessons[column]?.id ?? '')) open(cell.getBoundingClientRect())
    }
  }, [book, cursor, editor, finish, goTo, mine, placeAt, scale, writes])

  const paste = useCallback((text: string): void => {
    const { row, column } = cursor.get()
    const place = placeAt(row, column)
    if (mine && place) setNotice(editor.paste(place, text, writes))
  }, [cursor, editor, mine, placeAt, writes])

  const close = (): void => {
    open(null)
    const { row, column } = cursor.get()
    goTo(row, column)
  }
  const press = useCallback((action: Action): void => {
    const { row, column } = cursor.get()
    if (action.do !== 'details' && action.do !== 'undo') goTo(row, column)
    act(action)
  }, [act, cursor, goTo])
  const said = useSaid(notice)
  const { row, column } = cursor.get()
  const [pupil, lesson, place] = [book.pupils[row], book.lessons[column], placeAt(row, column)]
  return (
    <Stack gap="xs">
      {!whole && <Alert color="gray">{t(mine ? 'gradebook.substituting' : 'gradebook.readOnly')}</Alert>}
      <Line book={book} cursor={cursor} draft={draft} />
      <div className={styles.frame} onBlur={({ currentTarget, relatedTarget }) => void (currentTarget.contains(relatedTarget) || finish())}>
        <Grid book={book} version={version} cursor={cursor} table={table} label={`${classGroup.name}, ${subject.name}`} today={today} act={act} paste={paste} />
      </div>
      {mine && <Keypad scale={scale} act={press} />}
      {mine && <QueueStatus queue={queue} notice={said} />}
      <Corrections book={book} course={courseId} span={span} queue={queue} goTo={goTo} />
      {over && place && pupil && lesson && (
        <Details
          over={over} title={`${pupil.familyName} ${pupil.givenName}, ${day(lesson.date)}`} place={place} cell={book.cell(keyOf(lesson.id, pupil.id))}
          retakable={book.retakable(pupil.id).slice(0, MOST_RETAKABLE).map(({ id, lesson: of, content }) => ({ value: id, label: `${labelOf(scale, content.value)}: ${book.ownWork(content) ?? t(`work.${content.work}`)}, ${date(of.date)}` }))} work={editor.workOf(lesson.id)} book={book} scale={scale} close={close}
          change={(key, content, reason) => setNotice(editor.change(place, key, content, reason))}
          withdraw={(key, reason) => editor.withdraw(place, key, reason)}
          late={(minutes) => editor.attend(place, 'LATE', minutes)}
        />
      )}
      {over && row < 0 && lesson && (
        <LessonDetails over={over} title={day(lesson.date)} work={editor.workOf(lesson.id)} book={book} close={close} choose={(work) => editor.works.set(lesson.id, work)} />
      )}
    </Stack>
  )
}

function useSaid(notice: Notice | null): string {
  const { t } = useTranslation()
  if (!notice) return ''
  if (notice.say !== 'pasted') return t(`gradebook.notice.${notice.say}`)
  const { count, unknown } = notice
  return [t('gradebook.pasted', { count }), unknown.length > 0 && t('gradebook.notPasted', { what: unknown.slice(0, 5).map((one) => `«${one}»`).join(', ') })].filter(Boolean).join(' ')
}
