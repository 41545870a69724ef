import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'wouter'
import { pathOf, placesOf } from '../pages'
import { rememberedChild } from '../session/child'
import { useMe } from '../session/Session'
import { Icon } from './icons'
import styles from './Navigation.module.css'

/** The account's sections, in the element that stands for navigation; on their pages about a child, they stay with that child. */
export function Navigation({ across }: { across: boolean }) {
  const { t } = useTranslation()
  const me = useMe()
  const [location] = useLocation()
  const child = me.children.find(({ id }) => location.includes(`/${id}/`)) ?? rememberedChild(me)
  return (
    <div className={across ? styles.across : styles.down}>
      {placesOf(me).map((page) => {
        const path = pathOf(page, child)
        return (
          <Link key={page.path} href={path} className={styles.place} aria-current={location === path ? 'page' : undefined}>
            <Icon name={page.place.icon} size={22} />
            {t(page.place.label)}
          </Link>
        )
      })}
    </div>
  )
}
