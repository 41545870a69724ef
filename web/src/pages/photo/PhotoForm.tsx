import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMutation } from 'urql'
import { codeOf } from '../../api/client'
import { Confirm } from '../../shell/Confirm'
import { Face } from '../../shell/Face'
import { Denial } from '../sign-in/Denial'
import type { Denied } from '../sign-in/signing'
import { Cut } from './Cut'
import { BEGUN, LEAST_SIDE } from './frame'
import { RemovePhoto, SetPhoto } from './Photo.graphql'

const TOLD = ['UNREADABLE', 'NOT_A_PICTURE', 'TOO_LARGE', 'STORE_AWAY'] as const

interface Form {
  personId: string
  name: string
  photo: string | null
  /** Told when the person has another photo, or none. */
  onSaved: (photo: string | null) => void
}

/** The office gives a person a photo: chosen, or taken on the spot, seen as it will be, and sent small and without what the camera wrote into it. */
export function PhotoForm({ personId, name, photo, onSaved }: Form) {
  const { t } = useTranslation()
  const [picture, setPicture] = useState<ImageBitmap | null>(null)
  const [framing, setFraming] = useState(BEGUN)
  const [denied, setDenied] = useState<Denied | null>(null)
  const [doubted, setDoubted] = useState(false)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [{ fetching: sending }, send] = useMutation(SetPhoto)
  const [{ fetching: removing }, remove] = useMutation(RemovePhoto)
  const choose = async (file: File) => {
    const read = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => null)
    const fits = read !== null && Math.min(read.width, read.height) >= LEAST_SIDE
    setDenied(fits ? null : { code: 'UNREADABLE' })
    setPicture(fits ? read : null)
    setFraming(BEGUN)
  }
  const save = async () => {
    const content = canvas.current?.toDataURL('image/jpeg', 0.9).split(',')[1] ?? ''
    const { data, error } = await send({ person: personId, content })
    if (error || !data) return setDenied({ code: error ? codeOf(error) : 'INTERNAL' })
    if (data.setPhoto.__typename === 'Refusal') return setDenied(data.setPhoto)
    setDenied(null)
    setPicture(null)
    onSaved(data.setPhoto.photo)
  }
  const removeIt = async () => {
    setDoubted(false)
    const { data, error } = await remove({ person: personId })
    if (error || !data) return setDenied({ code: error ? codeOf(error) : 'INTERNAL' })
    if (data.removePhoto.__typename === 'Refusal') return setDenied(data.removePhoto)
    setDenied(null)
    onSaved(null)
  }
  return (
    <Stack gap="md">
      {picture ? <Cut picture={picture} framing={framing} change={setFraming} canvas={canvas} /> : <Face name={name} photo={photo} size={160} />}
      {picture && <Text size="sm" c="dimmed">{t('photo.hint')}</Text>}
      <Refused denied={denied} />
      {picture ? (
        <Group gap="xs">
          <Button mih={44} loading={sending} onClick={save}>{t('photo.save')}</Button>
          <Button mih={44} variant="default" disabled={sending} onClick={() => { setPicture(null); setDenied(null) }}>{t('confirm.cancel')}</Button>
        </Group>
      ) : (
        <Group gap="xs">
          <Choose label={t(photo ? 'photo.another' : 'photo.choose')} onChosen={choose} />
          <Choose label={t('photo.take')} camera onChosen={choose} />
          {photo && <Button mih={44} variant="default" loading={removing} onClick={() => setDoubted(true)}>{t('photo.remove')}</Button>}
        </Group>
      )}
      {doubted && (
        <Confirm title={t('photo.removeTitle')} act={t('photo.remove')} onAct={removeIt} onCancel={() => setDoubted(false)}>
          <Text size="sm">{t('photo.removeMeans', { name })}</Text>
        </Confirm>
      )}
    </Stack>
  )
}

/** A button that opens the device's files, or its camera where it has one for that. */
function Choose({ label, camera = false, onChosen }: { label: string; camera?: boolean; onChosen: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const chosen = ({ target }: React.ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0]
    target.value = ''
    if (file) onChosen(file)
  }
  return (
    <>
      <Button mih={44} variant={camera ? 'default' : 'filled'} className={camera ? 'touched' : undefined} onClick={() => input.current?.click()}>{label}</Button>
      <input ref={input} type="file" hidden accept="image/*" capture={camera ? 'environment' : undefined} onChange={chosen} />
    </>
  )
}

function Refused({ denied }: { denied: Denied | null }) {
  const { t } = useTranslation()
  const told = TOLD.find((one) => one === denied?.code)
  return told ? <Alert role="alert" color="red">{t(`photo.refused.${told}`)}</Alert> : <Denial denied={denied} />
}
