import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { lazy, type ReactNode, Suspense, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Content, Work } from '../../unsent/entries'
import { labelOf, type Scale } from '../../texts/grades'
import type { Book, Cell } from './book'
import styles from './Details.module.css'
import type { Place } from './editor'

const PupilRemark = lazy(() => import('./PupilRemark'))
const MarkReaders = lazy(() => import('./MarkReaders'))
export const WORKS: readonly Work[] = ['ANSWER', 'CLASSWORK', 'HOMEWORK', 'TEST', 'EXAM']
const LONGEST = 500

const gradesOf = (scale: Scale) =>
  Array.from({ length: scale.highest - scale.lowest + 1 }, (_, place) => scale.highest - place).map((value) => ({ value: String(value), label: labelOf(scale, value) }))

/** The usual kinds of work and the school's own, to choose from. */
function useKinds(book: Book): { value: string; label: string }[] {
  const { t } = useTranslation()
  return [...WORKS.map((value) => ({ value: value as string, label: t(`work.${value}`) })), ...book.works.filter(({ inUse }) => inUse).map(({ id: value, name: label }) => ({ value, label }))]
}

/** A small window over a cell: Escape closes it, and the cell has the focus again. */
export function Window({ over, title, close, children }: { over: DOMRect; title: string; close: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const element = dialog.current!
    element.showModal()
    const place = () => {
      const { width, height } = element.getBoundingClientRect()
      element.style.left = `${Math.max(8, Math.min(over.left, innerWidth - width - 8))}px`
      element.style.top = `${Math.max(8, over.bottom + height + 12 > innerHeight ? over.top - height - 4 : over.bottom + 4)}px`
    }
    place()
    const watch = new ResizeObserver(place)
    watch.observe(element)
    return () => {
      watch.disconnect()
      element.close()
    }
  }, [over])
  return (
    <dialog ref={dialog} className={styles.window} aria-label={title} onCancel={(event) => { event.preventDefault(); close() }} onKeyDown={(event) => event.stopPropagation()}>
      <Text fw={650} mb="xs">{title}</Text>
      {children}
    </dialog>
  )
}

interface Props {
  over: DOMRect
  title: string
  /** Whose cell it is, and of which lesson. */
  place: Place
  cell: Cell
  /** A usual kind, or the id of an own one. */
  work: string
  book: Book
  /** Marks of the pupil that may be tried again, as they are told. */
  retakable: readonly { value: string; label: string }[]
  /** Null where the course gives no marks. */
  scale: Scale | null
  close: () => void
  change: (key: string | null, content: Content, reason: string | null) => void
  withdraw: (key: string, reason: string | null) => void
  late: (minutes: number) => void
}

/** Value, kind of work, weight and comment of a mark; why it is changed; how late somebody came. */
export function Details({ over, title, place, cell: { marks, presence }, work, book, retakable, scale, close, change, withdraw, late }: Props) {
  const { t } = useTranslation()
  const [key, choose] = useState(marks.at(-1)?.key ?? null)
  const mark = marks.find((one) => one.key === key)
  const fresh = { value: null, comment: null, ...book.fresh(work) }
  const kinds = useKinds(book)
  const [said, say] = useState<Omit<Content, 'value'> & { value: number | null }>(mark?.content ?? fresh)
  const [reason, giveReason] = useState('')
  const [minutes, setMinutes] = useState(presence?.minutesLate ?? null)
  const why = reason.trim() || null
  const [remarks, remark] = useState(false)
  return (
    <Window over={over} title={title} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (minutes !== null && minutes !== presence?.minutesLate) late(minutes)
          if (said.value !== null) change(key, { ...said, value: said.value, comment: said.comment?.trim() || null }, why)
          close()
        }}
      >
        <Stack gap="xs">
          {(marks.length > 1 || (marks.length > 0 && retakable.length > 0)) && (
            <NativeSelect
              label={t('gradebook.which')} value={key ?? ''} data={[...marks.map((one) => ({ value: one.key, label: `${labelOf(scale, one.content.value)}: ${book.ownWork(one.content) ?? t(`work.${one.content.work}`)}` })), { value: '', label: t('gradebook.newMark') }]}
              onChange={({ currentTarget: { value } }) => { choose(value || null); say(marks.find((one) => one.key === value)?.content ?? fresh) }}
            />
          )}
          {scale && (
            <>
              <Group gap="xs" grow align="flex-start">
                {scale.labels.length > 0 && (
                  <NativeSelect
                    label={t('gradebook.value')} value={said.value ?? ''} data={['', ...gradesOf(scale)]} data-autofocus autoFocus
                    onChange={({ currentTarget: { value } }) => say({ ...said, value: value ? Number(value) : null })}
                  />
                )}
                {scale.labels.length === 0 && <TextInput
                  label={t('gradebook.value')} type="number" min={scale.lowest} max={scale.highest} value={said.value ?? ''} data-autofocus autoFocus
                  onChange={({ currentTarget: { value } }) => say({ ...said, value: value ? Number(value) : null })} onFocus={({ currentTarget }) => currentTarget.select()}
                />}
                <TextInput label={t('gradebook.weight')} type="number" min={1} max={10} required value={said.weight} onChange={({ currentTarget: { value } }) => say({ ...said, weight: Number(value) })} />
              </Group>
              <NativeSelect
                label={t('gradebook.work')} value={said.workId ?? said.work} data={kinds}
                onChange={({ currentTarget: { value } }) => say({ ...said, workId: null, ...book.fresh(value), ...(mark && { weight: said.weight }) })}
              />
              <TextInput label={t('gradebook.comment')} maxLength={LONGEST} value={said.comment ?? ''} onChange={({ currentTarget: { value } }) => say({ ...said, comment: value })} />
              {!mark && retakable.length > 0 && (
                <NativeSelect
                  label={t('gradebook.retakeOf')} value={said.retake?.of ?? ''} data={[{ value: '', label: t('gradebook.noRetake') }, ...retakable]}
                  onChange={({ currentTarget: { value } }) => say({ ...said, retake: value ? { of: value, replaces: said.retake?.replaces ?? true } : null })}
                />
              )}
              {!mark && said.retake && (
                <label>
                  <input type="checkbox" checked={said.retake.replaces} onChange={({ currentTarget: { checked } }) => say({ ...said, retake: { of: said.retake!.of, replaces: checked } })} /> {t('gradebook.replaces')}
                </label>
              )}
              {mark?.known && <TextInput label={t('gradebook.reason')} maxLength={LONGEST} value={reason} onChange={({ currentTarget: { value } }) => giveReason(value)} />}
            </>
          )}
          {mark?.known && <Suspense><MarkReaders key={mark.known.id} mark={mark.known.id} /></Suspense>}
          {presence?.kind === 'LATE' && (
            <TextInput label={t('gradebook.minutes')} type="number" min={1} max={240} required value={minutes ?? ''} onChange={({ currentTarget: { value } }) => setMinutes(Number(value))} />
          )}
          <Group gap="xs">
            <Button type="submit" size="sm">{t('gradebook.save')}</Button>
            <Button variant="default" size="sm" onClick={close}>{t('gradebook.cancel')}</Button>
            {mark && <Button variant="default" size="sm" onClick={() => { withdraw(mark.key, why); close() }}>{t('gradebook.withdraw')}</Button>}
          </Group>
        </Stack>
      </form>
      <Button variant="subtle" size="compact-sm" px={0} mt="xs" aria-expanded={remarks} onClick={() => remark(!remarks)}>{t('gradebook.remark')}</Button>
      {remarks && <Suspense><PupilRemark pupil={place.pupil} lesson={place.lesson} /></Suspense>}
    </Window>
  )
}

/** What new marks of a lesson are for. */
export function LessonDetails({ over, title, work, book, close, choose }: { over: DOMRect; title: string; work: string; book: Book; close: () => void; choose: (work: string) => void }) {
  const kinds = useKinds(book)
  const { t } = useTranslation()
  const [chosen, set] = useState(work)
  return (
    <Window over={over} title={title} close={close}>
      <form onSubmit={(event) => { event.preventDefault(); choose(chosen); close() }}>
        <Stack gap="xs">
          <NativeSelect label={t('gradebook.lessonWork')} value={chosen} data={kinds} onChange={({ currentTarget: { value } }) => set(value)} />
          <Group gap="xs">
            <Button type="submit" size="sm">{t('gradebook.save')}</Button>
            <Button variant="default" size="sm" onClick={close}>{t('gradebook.cancel')}</Button>
          </Group>
        </Stack>
      </form>
    </Window>
  )
}
