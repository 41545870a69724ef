import { Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AddFiles } from '../../files/AddFiles'
import { FileLinks, type StoredFile } from '../../files/FileLinks'
import { RemoveFile } from '../../files/Files.graphql'
import { useTeaching } from '../../session/teaching'
import { Confirm } from '../../shell/Confirm'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import type { Line } from './CourseHomework.graphql'

/** The files of a homework; who gives it adds some, and takes some away. */
export function Materials({ homework: { id, files }, mine, changed }: { homework: Line['homework']; mine: boolean; changed: () => void }) {
  const { t } = useTranslation()
  const { school } = useTeaching()
  const [doubted, doubt] = useState<StoredFile | null>(null)
  const { denied, change } = useChange(RemoveFile)
  const remove = async (file: StoredFile) => {
    doubt(null)
    if (await change({ file: file.id })) changed()
  }
  return (
    <>
      <FileLinks files={files} {...(mine && { remove: doubt })} />
      {mine && <AddFiles label={t('homework.attach')} act={t('homework.attachIt')} to={id} school={school.id} there={files.length} added={changed} words={{ TOO_LATE: t('homework.tooLate') }} />}
      <Refused denied={denied} words={{ TOO_LATE: t('homework.tooLate') }} />
      {doubted && (
        <Confirm title={t('files.removeTitle')} act={t('files.removeIt')} onAct={() => void remove(doubted)} onCancel={() => doubt(null)}>
          <Text size="sm">{doubted.name}</Text>
        </Confirm>
      )}
    </>
  )
}
