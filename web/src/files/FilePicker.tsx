import { Button, Group, Text } from '@mantine/core'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Away } from './Away'
import styles from './Files.module.css'
import { sizeOf } from './size'
import type { Picked, PickedFiles } from './usePicked'

const TAKEN = '.pdf,.docx,.xlsx,.pptx,.odt,.txt,.csv,.md,image/jpeg,image/png,image/webp,image/heic,image/heif'
const TOLD = ['WRONG_TYPE', 'TOO_LARGE', 'TOO_MANY', 'STORE_AWAY', 'OFFLINE', 'CONFLICT'] as const

/** Files are chosen, or taken with the device's camera; each is told as it comes. */
export function FilePicker({ picked }: { picked: PickedFiles }) {
  const { t, i18n } = useTranslation()
  return (
    <div>
      {picked.list.length > 0 && (
        <ul className={styles.files} aria-label={t('files.list')} aria-live="polite">
          {picked.list.map((one) => (
            <li key={one.key} className={styles.file} data-failed={one.code || undefined}>
              <span className={styles.name}>{one.name}</span>
              <span className={styles.size}>{one.id ? sizeOf(one.content.size, i18n.language) : one.code ? null : t('files.sending')}</span>
              <Away label={t('files.drop', { name: one.name })} act={() => picked.drop(one.key)} />
              {one.code && <Why one={one} again={() => picked.again(one.key)} />}
            </li>
          ))}
        </ul>
      )}
      {!picked.full && (
        <Group gap="xs" mt={6}>
          <Choose label={t('files.add')} add={picked.add} />
          <Choose label={t('files.photo')} camera add={picked.add} />
        </Group>
      )}
      <Text size="sm" c="dimmed" mt={4}>{t('files.hint')}</Text>
    </div>
  )
}

function Why({ one: { code }, again }: { one: Picked; again: () => void }) {
  const { t } = useTranslation()
  const told = TOLD.find((known) => known === code)
  const final = code === 'WRONG_TYPE' || code === 'TOO_LARGE'
  return (
    <span className={styles.why} role="alert">
      {t(`files.refused.${told ?? 'other'}`)} {!final && <Button variant="subtle" size="compact-sm" mih={44} onClick={again}>{t('files.again')}</Button>}
    </span>
  )
}

function Choose({ label, camera = false, add }: { label: string; camera?: boolean; add: (files: Iterable<File>) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const chosen = ({ target }: React.ChangeEvent<HTMLInputElement>) => {
    const files = [...(target.files ?? [])]
    target.value = ''
    add(files)
  }
  return (
    <>
      <Button variant="default" mih={44} className={camera ? 'touched' : undefined} onClick={() => input.current?.click()}>{label}</Button>
      <input ref={input} type="file" hidden multiple={!camera} accept={camera ? 'image/*' : TAKEN} capture={camera ? 'environment' : undefined} onChange={chosen} />
    </>
  )
}
