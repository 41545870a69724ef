import { Badge, Stack, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { MESSAGES, pathOf, placesOf } from '../../pages'
import { rememberedChild } from '../../session/child'
import { useMe, useSession } from '../../session/Session'
import { arranged } from '../../shell/arranged'
import { Icon } from '../../shell/icons'
import styles from './More.module.css'

/** The sections that a phone's navigation has no room for. */
export default function More() {
  const { t } = useTranslation()
  const me = useMe()
  const { unread } = useSession()
  const child = rememberedChild(me)
  const { near, far } = arranged(placesOf(me))
  return (
    <Stack>
      <Title order={1} size="h2">{t('nav.more')}</Title>
      <ul className={styles.places}>
        {(far.length ? far : near).map((page) => (
          <li key={page.path}>
            <Link href={pathOf(page, child)} className={styles.place}><Icon name={page.place.icon} size={22} />{t(page.place.label)} {page.path === MESSAGES && unread > 0 && <Badge>{unread}</Badge>}</Link>
          </li>
        ))}
      </ul>
    </Stack>
  )
}
