import { Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useChild } from '../../session/child'
import { Beside } from '../../shell/Beside'
import { ChildHeading } from '../../shell/ChildHeading'
import { Empty } from '../../shell/states'
import { Cards } from './Cards'
import { History } from './History'

/** When a child came and went, where a door said no, and the cards that open them. */
export default function Passes() {
  const { t } = useTranslation()
  const { open } = useChild()
  return (
    <Stack>
      <ChildHeading title={t('passes.title')} />
      {open.includes('ACCESS') ? <Beside aside={<Cards />}><History /></Beside> : <Empty>{t('child.withheld')}</Empty>}
    </Stack>
  )
}
