import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'wouter'
import { MESSAGES, MORE, pathOf, placesOf } from '../pages'
import { childOf } from '../session/child'
import { useMe, useSession } from '../session/Session'
import { arranged } from './arranged'
import { type IconName, Icon } from './icons'
import styles from './Navigation.module.css'

/** The account's sections, in the element that stands for navigation; on their pages about a child, they stay with that child. */
export function Navigation({ across }: { across: boolean }) {
  const { t } = useTranslation()
  const me = useMe()
  const { unread } = useSession()
  const [location] = useLocation()
  const child = childOf(me, location)
  const places = placesOf(me)
  const { near, far } = arranged(places)
  return (
    <div className={across ? styles.across : styles.down}>
      {(across ? near : places).map((page) => {
        const path = pathOf(page, child)
        return <Place key={page.path} href={path} icon={page.place.icon} label={t(page.place.label)} here={location === path || location.startsWith(`${path}/`)} count={page.path === MESSAGES ? unread : 0} />
      })}
      {across && far.length > 0 && (
        <Place href={MORE} icon="more" label={t('nav.more')} here={location === MORE || far.some((page) => location === pathOf(page, child))} count={far.some(({ path }) => path === MESSAGES) ? unread : 0} />
      )}
    </div>
  )
}

function Place({ href, icon, label, here, count }: { href: string; icon: IconName; label: string; here: boolean; count?: number }) {
  return (
    <Link href={href} className={styles.place} aria-current={here ? 'page' : undefined}>
      <Icon name={icon} size={22} />
      {label}
      {!!count && <span className={styles.count}>{count}</span>}
    </Link>
  )
}
