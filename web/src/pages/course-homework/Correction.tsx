import { Button, Group, Stack } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../account/change'
import { Refused } from '../person/Refused'
import { CorrectHomework, type Line } from './CourseHomework.graphql'
import { contentOf, isWhole, Says } from './Says'

/** Another text, other minutes or links; for whom and when it is stays. */
export function Correction({ homework: { id, revision, text, minutes, links }, done, cancel }: { homework: Line['homework']; done: () => void; cancel: () => void }) {
  const { t } = useTranslation()
  const { denied, change, fetching } = useChange(CorrectHomework)
  const [said, say] = useState({ text, minutes: minutes === null ? '' : String(minutes), links: links.join('\n') })
  const [wanting, setWanting] = useState(false)
  const save = async () => {
    if (!isWhole(said)) return setWanting(true)
    if (await change({ input: { homeworkId: id, expectedRevision: revision, ...contentOf(said) } })) done()
  }
  return (
    <form onSubmit={(event) => { event.preventDefault(); void save() }} noValidate>
      <Stack gap="xs" mt="xs">
        <Says said={said} say={say} wanting={wanting} />
        <Refused denied={denied} words={{ CONFLICT: t('homework.changedMeanwhile'), TOO_LATE: t('homework.tooLate'), BAD_INPUT: t('homework.badInput') }} />
        <Group gap="xs">
          <Button type="submit" mih={44} loading={fetching}>{t('homework.save')}</Button>
          <Button variant="default" mih={44} onClick={cancel}>{t('confirm.cancel')}</Button>
        </Group>
      </Stack>
    </form>
  )
}
